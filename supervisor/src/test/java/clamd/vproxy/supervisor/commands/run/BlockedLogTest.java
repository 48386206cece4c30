package clamd.vproxy.supervisor.commands.run;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.Main;
import clamd.vproxy.supervisor.reports.control.ControlClient;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon as a process of its own whose standard error nobody reads for a while. */
@Tag("slow")
@Timeout(120)
class BlockedLogTest {
    /** Their lines are several times what a pipe holds. */
    private static final int DETECTIONS = 1000;

    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    private Process start() throws Exception {
        Path path = folder.path();
        Files.writeString(path.resolve("policy.json"), "{\"version\": 1}");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--no-vsock",
                        "--hybrid-vsock=" + path + "/{name}",
                        "--connect="
                                + Stage.node(
                                        path.resolve("node.xml"), List.of(new TestGuest("vm", 3))),
                        "--hook-spool=" + path + "/hook",
                        "--state-file=" + path + "/usage.json",
                        "--policy=" + path + "/policy.json",
                        "--control-socket=" + path + "/control",
                        "--clamd=" + path + "/c")
                .start();
    }

    private DaemonStatus status() throws Exception {
        ControlClient client =
                new ControlClient(folder.path().resolve("control"), System::nanoTime);
        return Json.read(client.ask("status"), DaemonStatus.class);
    }

    @Test
    void scansGoOnWhileNobodyReadsTheLogAndNoDetectionIsLost() throws Exception {
        byte[] virus = "a virus".getBytes(US_ASCII);
        try (AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"))) {
            Process daemon = start();
            try (BufferedReader log = daemon.errorReader(UTF_8)) {
                while (!log.readLine().contains(": ready")) {
                    // on to the line that says so
                }
                for (int stream = 0; stream < DETECTIONS; stream++) {
                    try (GuestClient guest = GuestClient.at(folder.path().resolve("vm_3400"))) {
                        assertThat(guest.streams(virus).hears()).endsWith("FOUND\0");
                    }
                }
                Eventually.holds(
                        "a stuck log", () -> status().log().orElseThrow().stuckSince().isPresent());
                assertThat(status().notReady())
                        .anyMatch(reason -> reason.startsWith("log: cannot be written since 2"));

                daemon.toHandle().destroy();
                List<String> lines = log.lines().toList();
                assertThat(lines)
                        .filteredOn(line -> line.contains("verdict=\"infected\""))
                        .hasSize(DETECTIONS);
                assertThat(lines.getLast()).contains("stopped");
                assertThat(daemon.waitFor()).isZero();
            } finally {
                daemon.destroyForcibly();
            }
        }
    }
}
