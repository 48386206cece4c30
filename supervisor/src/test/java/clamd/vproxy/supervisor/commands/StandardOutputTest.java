package clamd.vproxy.supervisor.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose output is lost. */
class StandardOutputTest {
    private final StringWriter err = new StringWriter();

    private int run(OutputStream out, String... arguments) {
        return new StandardOutput(out)
                .execute(Main.commandLine().setErr(new PrintWriter(err, true)), arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--version", "--help", "policy schema", "policy check --help", "check -V"})
    void aCommandFailsWhoseOutputCannotBeWritten(String arguments) {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int octet) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        assertThat(run(full, arguments.split(" ", -1))).isEqualTo(74);
        assertThat(err.toString().lines())
                .containsExactly(
                        "clamd-vproxy: the output cannot be written: No space left on device");
    }

    @Test
    void whatIsPrintedComesOutWhole() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(run(out, "--version")).isZero();
        assertThat(out.toString(UTF_8).lines().toList()).isEqualTo(Outcome.of("--version").out());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anotherFailureKeepsItsExitCode() {
        assertThat(run(OutputStream.nullOutputStream(), "--nonsense")).isEqualTo(64);
        assertThat(List.of(err.toString().split("\n", -1))).hasSize(2);
    }
}
