package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest that makes as many lines in the log as it can. */
@Tag("libvirt")
@Timeout(120)
class LogStormTest {
    private static final int CLIENTS = 4;
    private static final int SESSIONS = 1000;
    private static final int DETECTIONS = 200;
    private static final List<String> REQUESTS =
            List.of("zSHUTDOWN\0", "nSCAN /etc\n", "zALLMATCHSCAN /\0", "bare\n");

    @TempDir private Path folder;
    private AnsweringClamd clamd;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        clamd = new AnsweringClamd(folder.resolve("clamd"));
        stage = Stage.with(folder.resolve("clamd")).start();
        // as a daemon without --debug
        stage.sessions().listenAt(Level.INFO);
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
    }

    private Void storm(String request) throws Exception {
        for (int session = 0; session < SESSIONS; session++) {
            try (GuestClient client = stage.guest("a")) {
                client.says(request).hears();
            }
        }
        return null;
    }

    @Test
    void everyDetectionOfANeighbourIsInTheLogDuringAStormOfPingsAndBadCommands() throws Exception {
        byte[] virus = "a virus".getBytes(StandardCharsets.US_ASCII);
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<Void>> storms = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                String request = client % 2 == 0 ? "zPING\0" : "zSHUTDOWN\0";
                storms.add(clients.submit(() -> storm(request)));
            }
            for (int stream = 0; stream < DETECTIONS; stream++) {
                try (GuestClient client = stage.guest("b")) {
                    assertThat(client.streams(virus).hears()).contains("FOUND");
                }
            }
            for (Future<Void> storm : storms) {
                storm.get();
            }
        }
        stage.stop();

        List<Line> lines = stage.sessions().lines();
        assertThat(lines)
                .filteredOn(line -> line.value("domain").equals("b"))
                .hasSize(DETECTIONS)
                .allMatch(line -> line.level() == Level.WARN);
        List<Line> own = of("a", lines, "session ended");
        List<Line> sums = of("a", lines, "sessions without a line");
        // two spans of ten seconds, or a few more on a slow machine
        assertThat(own).hasSizeBetween(100, 1000);
        assertThat(own.size() + sums.stream().mapToLong(LogStormTest::sessions).sum())
                .isEqualTo(CLIENTS * SESSIONS);
        assertThat(sums)
                .anyMatch(line -> line.value("kinds").contains("command-refused SHUTDOWN: "))
                .allMatch(line -> line.level() == Level.WARN || !kinds(line).contains("SHUTDOWN"));
    }

    @Test
    void aRefusedCommandThatIsDangerousIsAWarning() throws Exception {
        for (String request : REQUESTS) {
            try (GuestClient client = stage.guest("a")) {
                client.says(request).hears();
            }
        }
        stage.stop();
        assertThat(stage.sessions().lines())
                .hasSize(4)
                .allMatch(line ->
                        line.level()
                                == (line.value("command").equals("bare")
                                        ? Level.INFO
                                        : Level.WARN));
    }

    private static List<Line> of(String domain, List<Line> lines, String message) {
        return lines.stream()
                .filter(line ->
                        line.value("domain").equals(domain) && line.message().equals(message))
                .toList();
    }

    private static String kinds(Line line) {
        return line.value("kinds");
    }

    private static long sessions(Line line) {
        return Long.parseLong(line.value("sessions"));
    }
}
