package clamd.vproxy.supervisor.commands;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.session.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TerminationDocumentsTest {
    @ParameterizedTest
    @EnumSource(Termination.class)
    void theTableForOperatorsHasTheTerminationWithWhatTheGuestGets(Termination termination)
            throws IOException {
        assertThat(Files.readAllLines(Path.of("OPERATING.md")))
                .filteredOn(line -> line.startsWith("| `"))
                .filteredOn(
                        line -> line.split(" \\| ", 2)[0].contains("`" + termination.code() + "`"))
                .singleElement()
                .asString()
                .contains(termination.guestText().map(text -> "`" + text + "`").orElse(" | "));
    }
}
