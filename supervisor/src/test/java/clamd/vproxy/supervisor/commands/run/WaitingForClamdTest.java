package clamd.vproxy.supervisor.commands.run;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Main;
import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.DaemonProcess;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInSystemd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon as a process of its own that has been started before its clamd. */
@Tag("slow")
@Timeout(120)
class WaitingForClamdTest {
    private TemporaryFolder folder;
    private StandInSystemd systemd;
    private int port;

    @BeforeEach
    void prepare() throws Exception {
        folder = TemporaryFolder.create();
        systemd = StandInSystemd.at(folder.path().resolve("notify"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void remove() throws Exception {
        systemd.close();
        folder.close();
    }

    private DaemonProcess start(String... more) throws Exception {
        String node =
                Stage.node(folder.path().resolve("node.xml"), List.of(new TestGuest("vm", 3)));
        Files.writeString(folder.path().resolve("policy.json"), "{\"version\": 1}");
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--no-vsock",
                                "--hybrid-vsock=" + folder.path() + "/{name}",
                                "--connect=" + node,
                                "--hook-spool=" + folder.path() + "/hook",
                                "--state-file=" + folder.path() + "/usage.json",
                                "--policy=" + folder.path() + "/policy.json",
                                "--http=127.0.0.1:" + port,
                                "--clamd=" + clamd(),
                                controlSocket()));
        arguments.addAll(List.of(more));
        return new DaemonProcess(
                List.of(),
                List.of(),
                systemd.environment(),
                System.getProperty("java.class.path"),
                Main.class,
                arguments,
                _ -> {});
    }

    private Path clamd() {
        return folder.path().resolve("c");
    }

    private String controlSocket() {
        return "--control-socket=" + folder.path() + "/control";
    }

    private GuestClient guest() throws IOException {
        return GuestClient.at(folder.path().resolve("vm_3400"));
    }

    private Web.Answer http(String path) throws IOException {
        return Web.get(URI.create("http://127.0.0.1:" + port + path));
    }

    @Test
    void commandsAndProbesAreAnsweredWhileTheDaemonWaitsForClamd() throws Exception {
        try (DaemonProcess daemon = start("--wait-for-clamd=1h")) {
            assertThat(systemd.hears(message -> message.contains("clamd since")))
                    .startsWith("STATUS=waits for clamd since 2")
                    .contains("1 guests", "EXTEND_TIMEOUT_USEC=3630000000");

            Outcome status = Outcome.of("status", controlSocket());
            assertThat(status.exitCode()).isEqualTo(75);
            assertThat(status.out())
                    .anyMatch(line ->
                            line.startsWith("Not ready: accepting: waits for clamd since 2"))
                    .anyMatch(line -> line.startsWith("Not ready: clamd: "));
            assertThat(Outcome.of("status", "--json", controlSocket()).exitCode()).isEqualTo(75);
            assertThat(http("/livez").status()).isEqualTo(200);
            assertThat(http("/readyz").status()).isEqualTo(503);
            assertThat(http("/readyz").body()).contains("waits for clamd since 2");
            assertThat(systemd.heard()).noneMatch(message -> message.contains("READY=1"));

            try (AnsweringClamd _ = new AnsweringClamd(clamd())) {
                daemon.awaitLog(": ready");
                assertThat(systemd.hears(message -> message.contains("READY=1")))
                        .contains("serving 1 guests");
                Eventually.holds(
                        "ready", () -> Outcome.of("status", controlSocket()).exitCode() == 0);
                assertThat(http("/readyz").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aStreamThatComesBeforeClamdIsScannedOnceClamdIsThere() throws Exception {
        try (DaemonProcess daemon = start("--wait-for-clamd=1h")) {
            daemon.awaitLog("waiting: ");
            try (GuestClient guest = guest()) {
                guest.says("zINSTREAM\0").chunk(new byte[] {1}).end();
                try (AnsweringClamd _ = new AnsweringClamd(clamd())) {
                    assertThat(guest.hears()).isEqualTo("stream: OK\0");
                }
            }
        }
    }

    @Test
    void aWaitThatIsOverEndsTheDaemonWith69AndItsSocketsAreGone() throws Exception {
        try (DaemonProcess daemon = start("--wait-for-clamd=1s")) {
            daemon.awaitLog("; waited 1 s");
            assertThat(daemon.awaitExit()).isEqualTo(69);
            assertThat(folder.path().resolve("vm_3400")).doesNotExist();
            assertThat(folder.path().resolve("control")).doesNotExist();
        }
    }

    @Test
    void aStopDuringTheWaitRefusesTheStreamsThatWait() throws Exception {
        try (DaemonProcess daemon = start("--wait-for-clamd=1h")) {
            daemon.awaitLog("waiting: ");
            try (GuestClient guest = guest()) {
                guest.says("zINSTREAM\0").chunk(new byte[] {1}).end();
                Eventually.holds(
                        "a stream that waits",
                        () ->
                                Outcome.of("sessions", controlSocket())
                                        .toString()
                                        .contains("INSTREAM"));
                daemon.signal("TERM");
                assertThat(guest.hears()).endsWith(" ERROR\0");
            }
            assertThat(daemon.awaitExit()).isZero();
        }
    }
}
