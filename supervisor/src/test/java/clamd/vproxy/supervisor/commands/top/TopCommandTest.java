package clamd.vproxy.supervisor.commands.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Main;
import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.worker.testing.Eventually;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code top} for programs in this process, and for people as a process on a real terminal. */
@Tag("libvirt")
@Timeout(120)
class TopCommandTest {
    private static final String ALTERNATE_SCREEN = "\u001b[?1049h";
    private static final String USUAL_SCREEN = "\u001b[?1049l";

    private Stage stage;

    @BeforeEach
    void startDaemon() throws Exception {
        stage = Stage.with("/nonexistent/clamd.sock").start();
    }

    @AfterEach
    void stopDaemon() throws Exception {
        stage.close();
    }

    private String socket() {
        return "--control-socket=" + stage.folder().resolve("control");
    }

    @Test
    void aBatchPrintsAllGuestsSoManyTimes() {
        Outcome outcome =
                Outcome.of("top", "--batch", "-n", "2", "-d", "0.1", "--sort=name", socket());
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).hasSize(10);
        assertThat(outcome.out().get(0))
                .isEqualTo(
                        "Guests: 2, connections: 0, queue: 0, longest wait: 0.0s, 0/s, 0.0"
                                + " scans/s, by name");
        assertThat(outcome.out().get(1)).startsWith("GUEST     CONN  QUEUE");
        assertThat(outcome.out().get(2)).startsWith("a         0/10");
        assertThat(outcome.out().get(4)).isEmpty();
        assertThat(outcome.out().get(5)).isEqualTo(outcome.out().get(0));
    }

    @Test
    void forProgramsThereIsOneLineOfJsonEachTime() throws Exception {
        Outcome outcome = Outcome.of("top", "--json", "-n", "2", "-d", "0.1", socket());
        assertThat(outcome.out()).as("%s", outcome).hasSize(2);
        JsonNode report = new ObjectMapper().readTree(outcome.out().getLast());
        assertThat(report.get("intervalMillis").longValue()).isGreaterThanOrEqualTo(100);
        assertThat(report.get("guests")).hasSize(2);
        assertThat(report.get("guests").get(0).get("bytesPerSecond").doubleValue()).isZero();
    }

    @Test
    void whatMakesNoSenseIsOneLine() {
        Outcome outcome = Outcome.of("top", "-d", "0", "--batch", socket());
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy top: --delay must be 0.1 to 3600 and --iterations at least 1");
        assertThat(Outcome.of("top", "--sort=colour", socket()).exitCode()).isEqualTo(64);
    }

    /** The process under {@code script}, on a pseudo-terminal of 100 columns and 10 lines. */
    private Process onTerminal() throws Exception {
        Path folder = stage.folder();
        String java =
                "%s --enable-native-access=ALL-UNNAMED -cp '%s' %s top -d 0.2 %s"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin/java"),
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                socket());
        Path run =
                Files.writeString(
                        folder.resolve("run"),
                        """
                        stty cols 100 rows 10
                        stty -g > before
                        tty > tty
                        sh -c 'echo $$ > pid; exec %s'
                        echo $? > status
                        stty -g > after
                        """
                                .formatted(java.replace("'", "'\\''")));
        return new ProcessBuilder("script", "-qec", "sh " + run, "/dev/null")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static void awaitText(Reader output, StringBuilder seen, String text) throws Exception {
        int from = seen.length();
        char[] more = new char[4096];
        while (seen.indexOf(text, from) < 0) {
            int count = output.read(more);
            if (count < 0) {
                throw new AssertionError("no '" + text + "' in\n" + seen);
            }
            seen.append(more, 0, count);
        }
    }

    private String file(String name) throws Exception {
        return Files.readString(stage.folder().resolve(name)).strip();
    }

    private void assertAsBefore(Process script, StringBuilder seen, Reader output, int status)
            throws Exception {
        awaitText(output, seen, USUAL_SCREEN);
        assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(file("status")).isEqualTo(Integer.toString(status));
        assertThat(file("after")).isEqualTo(file("before"));
    }

    @Test
    void onATerminalItResizesAndQuitsByKeyAndLeavesTheTerminalAsItWas() throws Exception {
        Process script = onTerminal();
        try (Reader output = new InputStreamReader(script.getInputStream(), UTF_8)) {
            StringBuilder seen = new StringBuilder();
            awaitText(output, seen, ALTERNATE_SCREEN);
            awaitText(output, seen, "by problems");
            // 100 columns of the keys' line
            awaitText(output, seen, " s scans, c con");
            script.getOutputStream().write('n');
            script.getOutputStream().flush();
            awaitText(output, seen, "by name");

            int status =
                    new ProcessBuilder("stty", "-F", file("tty"), "cols", "40", "rows", "5")
                            .start()
                            .waitFor();
            assertThat(status).isZero();
            awaitText(output, seen, "q quits, j k scroll, / filters, r revers\u001b[K");

            script.getOutputStream().write('q');
            script.getOutputStream().flush();
            assertAsBefore(script, seen, output, 0);
        } finally {
            script.destroyForcibly();
        }
    }

    @Test
    void aSignalGivesTheTerminalBackToo() throws Exception {
        Process script = onTerminal();
        try (Reader output = new InputStreamReader(script.getInputStream(), UTF_8)) {
            StringBuilder seen = new StringBuilder();
            awaitText(output, seen, "by problems");
            new ProcessBuilder("kill", "-TERM", file("pid")).start().waitFor();
            assertAsBefore(script, seen, output, 143);
        } finally {
            script.destroyForcibly();
        }
    }

    @Test
    void anInterruptFromTheKeyboardDoesToo() throws Exception {
        Process script = onTerminal();
        try (Reader output = new InputStreamReader(script.getInputStream(), UTF_8)) {
            StringBuilder seen = new StringBuilder();
            awaitText(output, seen, "by problems");
            script.getOutputStream().write(3);
            script.getOutputStream().flush();
            awaitText(output, seen, USUAL_SCREEN);
            assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            script.destroyForcibly();
        }
    }

    @Test
    void aDaemonThatStopsIsSaidOnTheScreen() throws Exception {
        Process script = onTerminal();
        try (Reader output = new InputStreamReader(script.getInputStream(), UTF_8)) {
            StringBuilder seen = new StringBuilder();
            awaitText(output, seen, "by problems");
            stage.stop();
            awaitText(output, seen, "there is no " + stage.folder());
            script.getOutputStream().write('q');
            script.getOutputStream().flush();
            assertAsBefore(script, seen, output, 0);
        } finally {
            script.destroyForcibly();
        }
        Eventually.holds("the end", () -> !script.isAlive());
    }
}
