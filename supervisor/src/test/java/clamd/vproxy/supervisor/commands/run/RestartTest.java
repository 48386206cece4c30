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
import clamd.vproxy.worker.testing.Eventually;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * The daemon in its own process, with listening sockets that systemd keeps; {@code
 * systemd-socket-activate} hands them over.
 */
@Tag("slow")
@Tag("libvirt")
@Timeout(120)
class RestartTest {
    private static final TestGuest VM = new TestGuest("vm", 3);

    private TemporaryFolder folder;
    private StandInSystemd systemd;
    private AnsweringClamd clamd;

    @BeforeEach
    void prepare() throws Exception {
        folder = TemporaryFolder.create();
        systemd = StandInSystemd.at(folder.path().resolve("notify"));
        clamd = new AnsweringClamd(folder.path().resolve("c"));
        Files.writeString(
                folder.path().resolve("policy.json"),
                "{\"version\": 1, \"defaults\": {\"maxConnections\": 1}}");
    }

    @AfterEach
    void remove() throws Exception {
        clamd.close();
        systemd.close();
        folder.close();
    }

    private DaemonProcess start(String... before) throws Exception {
        Map<String, String> environment = new HashMap<>(systemd.environment());
        environment.put("FDSTORE", "16");
        String node = Stage.node(folder.path().resolve("node.xml"), List.of(VM));
        return new DaemonProcess(
                List.of(before),
                List.of(),
                environment,
                System.getProperty("java.class.path"),
                Main.class,
                List.of(
                        "--no-vsock",
                        "--hybrid-vsock=" + folder.path() + "/{name}",
                        "--connect=" + node,
                        "--hook-spool=" + folder.path() + "/hook",
                        "--state-file=" + folder.path() + "/usage.json",
                        "--policy=" + folder.path() + "/policy.json",
                        "--audit=none",
                        "--clamd=" + folder.path() + "/c",
                        controlSocket()),
                _ -> {});
    }

    private String controlSocket() {
        return "--control-socket=" + folder.path() + "/control";
    }

    private Path socket() {
        return folder.path().resolve("vm_3400");
    }

    private FileDescriptor stored() throws IOException {
        systemd.hears(message -> message.equals("FDSTORE=1\nFDNAME=hybrid-" + VM.uuid()));
        return systemd.stored().getFirst();
    }

    @Test
    void aConnectionThatWaitsWhereSystemdListensIsServedByTheDaemonThatItStarts() throws Exception {
        Path earlier = folder.path().resolve("earlier");
        try (DaemonProcess daemon =
                start(
                        "systemd-socket-activate",
                        "--listen=" + earlier,
                        "--fdname=hybrid-" + VM.uuid(),
                        "--setenv=FDSTORE=16",
                        "--setenv=NOTIFY_SOCKET=" + folder.path().resolve("notify"))) {
            Eventually.holds("it listens", () -> Files.exists(earlier));
            try (GuestClient guest = GuestClient.at(earlier).says("zPING\0")) {
                assertThat(guest.hears()).isEqualTo("PONG\0");
            }
            daemon.awaitLog(": ready");
            assertThat(Outcome.of("status", controlSocket()).out())
                    .contains(
                            "Listening: %s/{name}_3400, sockets: 1, handed over by systemd: 1,"
                                            .formatted(folder.path())
                                    + " connections wait there over a restart");
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void aKilledDaemonLeavesASocketWhereGuestsCanConnect() throws Exception {
        try (DaemonProcess daemon = start()) {
            FileDescriptor stored = stored();
            daemon.awaitLog(": ready");
            daemon.signal("KILL");
            assertThat(daemon.awaitExit()).isEqualTo(137);
            try (GuestClient _ = GuestClient.at(socket()).says("zPING\0");
                    ServerSocketChannel kept =
                            FileDescriptorCast.using(stored).as(AFUNIXServerSocketChannel.class);
                    SocketChannel accepted = kept.accept()) {
                ByteBuffer command = ByteBuffer.allocate(6);
                assertThat(accepted.read(command)).isEqualTo(6);
            }
        }
    }

    @Test
    void aStopServesTheConnectionsThatItHasAcceptedAndLeavesLaterOnesToTheNextDaemon()
            throws Exception {
        try (DaemonProcess daemon = start()) {
            FileDescriptor stored = stored();
            daemon.awaitLog(": ready");
            try (GuestClient silent = GuestClient.at(socket());
                    GuestClient waiting = GuestClient.at(socket()).says("zPING\0");
                    ServerSocketChannel kept =
                            FileDescriptorCast.using(stored).as(AFUNIXServerSocketChannel.class)) {
                Eventually.holds(
                        "both are accepted",
                        () ->
                                Outcome.of("status", controlSocket())
                                        .out()
                                        .contains("Guests: 1, sessions: 2"));
                daemon.signal("TERM");
                daemon.awaitLog("stopping");
                systemd.hears(message -> message.contains("STOPPING=1"));
                assertThat(silent.says("zPING\0").hears()).isEqualTo("PONG\0");
                assertThat(waiting.hears()).isEqualTo("PONG\0");
                assertThat(daemon.awaitExit()).isZero();
                try (GuestClient _ = GuestClient.at(socket());
                        SocketChannel accepted = kept.accept()) {
                    assertThat(accepted).isNotNull();
                }
            }
        }
    }
}
