package clamd.vproxy.supervisor.reports.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.base.sockets.RenewedListener;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests over a real socket, well-behaved and not. */
@Timeout(60)
class ControlServerTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private TemporaryFolder folder;
    private Path socket;

    private record Reply(boolean ok, String name) {}

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
        socket = folder.path().resolve("control.sock");
    }

    @AfterEach
    void removeFolder() throws Exception {
        mayGoOn.countDown();
        folder.close();
    }

    private List<ControlCommand<?>> commands() {
        return List.of(
                ControlCommand.plain("ask", false, () -> new Reply(true, "größe")),
                ControlCommand.plain(
                        "change",
                        true,
                        () -> new Reply(true, "change " + changes.incrementAndGet())),
                ControlCommand.plain(
                        "wait",
                        false,
                        () -> {
                            awaitQuietly();
                            return new Reply(true, "waited");
                        }),
                ControlCommand.plain(
                        "fail",
                        false,
                        () -> {
                            throw new IllegalStateException("a defect");
                        }));
    }

    private void awaitQuietly() {
        waiting.incrementAndGet();
        try {
            mayGoOn.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAllServed() {
        Eventually.holds("all are served", () -> waiting.get() == ControlServer.MOST_CONNECTIONS);
    }

    private ControlServer server() throws IOException {
        return server(LONG);
    }

    private ControlServer server(Duration lineLimit) throws IOException {
        return ControlServer.open(socket, commands(), System::nanoTime, lineLimit, _ -> true);
    }

    private String ask(String command) throws IOException {
        return new ControlClient(socket, System::nanoTime).ask(command);
    }

    private GuestClient client() throws IOException {
        return GuestClient.at(socket);
    }

    @Test
    void oneConnectionMayAskSeveralTimes() throws Exception {
        try (ControlServer _ = server();
                GuestClient client = client()) {
            for (int i = 1; i <= 3; i++) {
                client.says("{\"command\": \"change\"}\n");
                assertThat(client.hearsLine())
                        .isEqualTo("{\"ok\":true,\"name\":\"change " + i + "\"}\n");
            }
            client.says("{\"command\":\"change\"}\n{\"command\":\"ask\"}\n").halfCloses();
            assertThat(client.hears().lines()).hasSize(2);
        }
    }

    @Test
    void aClientOfOursGetsTheReplyAsItIs() throws Exception {
        try (ControlServer _ = server()) {
            assertThat(ask("ask")).isEqualTo("{\"ok\":true,\"name\":\"größe\"}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"command\":\"reboot\"} | no such command; there are ask, change, fail, wait",
                "{} | no such command",
                "{\"command\":null} | no such command",
                "{\"command\":\"ask\",\"now\":true} | not a request",
                "{\"command\":\"ask\",\"command\":\"change\"} | not a request",
                "{\"command\":\"ask\"} {} | not a request",
                "null | not a request",
                "[] | not a request",
                "status | not a request",
                "~~ | not a request"
            })
    void aLineThatIsNoRequestGetsAnErrorAndTheNextOneIsAnswered(String line, String error)
            throws Exception {
        try (ControlServer _ = server();
                GuestClient client = client()) {
            client.says(line + "\n");
            assertThat(client.hearsLine()).startsWith("{\"ok\":false,\"error\":\"" + error);
            client.says("{\"command\":\"ask\"}\n");
            assertThat(client.hearsLine()).startsWith("{\"ok\":true");
            assertThat(changes).hasValue(0);
        }
    }

    @Test
    void aRequestOfTheLargestLengthIsAnsweredAndALongerOneIsNot() throws Exception {
        String request = "{\"command\":\"ask\"}";
        String spaces = " ".repeat(ControlServer.MOST_REQUEST_BYTES - request.length());
        try (ControlServer _ = server();
                GuestClient client = client()) {
            client.says(request + spaces + "\n");
            assertThat(client.hearsLine()).startsWith("{\"ok\":true");
            client.says(request + spaces + " \n");
            assertThat(client.hears()).contains("\"ok\":false").contains("more than 4096 bytes");
        }
    }

    @Test
    void aUserWithoutTheRightToChangeMayAsk() throws Exception {
        try (ControlServer _ =
                ControlServer.open(socket, commands(), System::nanoTime, LONG, _ -> false)) {
            assertThat(ask("change")).contains("\"ok\":false").contains(" may not; ask as root");
            assertThat(ask("ask")).contains("\"ok\":true");
            assertThat(changes).hasValue(0);
        }
    }

    @Test
    void aDefectIsAnsweredWithoutItsTraceAndTheNextRequestIsAnswered() throws Exception {
        try (ControlServer _ = server()) {
            assertThat(ask("fail"))
                    .isEqualTo(
                            "{\"ok\":false,\"error\":\"internal failure; the daemon's log has the trace\"}");
            assertThat(ask("ask")).contains("\"ok\":true");
        }
    }

    @Test
    void aClientThatNeverFinishesARequestIsClosed() throws Exception {
        try (ControlServer _ = server(Duration.ofMillis(50));
                GuestClient stuck = client().says("{\"comm")) {
            assertThat(stuck.hears()).contains("no request within");
        }
    }

    @Test
    void stuckClientsDoNotBlockOthers() throws Exception {
        List<GuestClient> stuck = new ArrayList<>();
        try (ControlServer _ = server()) {
            for (int i = 1; i < ControlServer.MOST_CONNECTIONS; i++) {
                stuck.add(client().says("{"));
            }
            assertThat(ask("ask")).contains("\"ok\":true");
        } finally {
            for (GuestClient client : stuck) {
                client.leaves();
            }
        }
    }

    @Test
    void aClientBeyondTheLimitIsRefusedAndServedLater() throws Exception {
        List<GuestClient> busy = new ArrayList<>();
        try (ControlServer _ = server()) {
            for (int i = 0; i < ControlServer.MOST_CONNECTIONS; i++) {
                busy.add(client().says("{\"command\":\"wait\"}\n"));
            }
            awaitAllServed();
            assertThat(ask("ask")).contains("\"ok\":false").contains("too many");
            mayGoOn.countDown();
            for (GuestClient client : busy) {
                assertThat(client.hearsLine()).contains("waited");
                client.leaves();
            }
            Eventually.holds("a place", () -> ask("ask").contains("\"ok\":true"));
        }
    }

    @Test
    void silentConnectionsGiveWayTheOldestFirst() throws Exception {
        List<GuestClient> silent = new ArrayList<>();
        try (ControlServer _ = server()) {
            for (int i = 0; i < 3 * ControlServer.MOST_CONNECTIONS; i++) {
                silent.add(client().says("{"));
                assertThat(ask("ask")).contains("\"ok\":true");
            }
            assertThat(silent.getFirst().hears()).isEmpty();
        } finally {
            for (GuestClient client : silent) {
                client.leaves();
            }
        }
    }

    @Test
    void readOnlyClientsDoNotCrowdOutAdministrators() throws Exception {
        List<GuestClient> busy = new ArrayList<>();
        AtomicBoolean administrator = new AtomicBoolean();
        try (ControlServer _ =
                ControlServer.open(
                        socket, commands(), System::nanoTime, LONG, _ -> administrator.get())) {
            for (int i = 0; i < ControlServer.MOST_CONNECTIONS; i++) {
                busy.add(client().says("{\"command\":\"wait\"}\n"));
            }
            awaitAllServed();
            assertThat(ask("ask")).contains("too many");
            administrator.set(true);
            assertThat(ask("change")).contains("\"ok\":true");
        } finally {
            mayGoOn.countDown();
            for (GuestClient client : busy) {
                client.leaves();
            }
        }
    }

    @Test
    void aSocketThatWasRemovedIsMadeAgain() throws Exception {
        try (ControlServer _ = server();
                LogTap log = LogTap.on(RenewedListener.class.getName())) {
            Files.delete(socket);
            log.await("the control socket had been removed; it is there again");
            assertThat(ask("ask")).contains("\"ok\":true");
            assertThat(files()).containsExactly("control.sock");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void theSocketIsForItsOwnerAndGroupAndGoesWithTheServer() throws Exception {
        try (ControlServer _ = server()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-rw----");
            assertThat(files()).containsExactly("control.sock");
        }
        assertThat(files()).isEmpty();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder.path())) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void aSocketThatNobodyServesIsReplaced() throws Exception {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        // a daemon that was killed while it made the socket leaves its private folder
        Files.createDirectory(folder.path().resolve(".control"));
        try (ControlServer _ = server()) {
            assertThat(ask("ask")).contains("\"ok\":true");
        }
    }

    @Test
    void aSocketInUseIsRefusedAndStaysInUse() throws Exception {
        try (ControlServer _ = server()) {
            assertThatThrownBy(this::server)
                    .isInstanceOf(IOException.class)
                    .hasMessage(socket + " is served by another daemon; stop it, or name another");
            assertThat(ask("ask")).contains("\"ok\":true");
        }
    }

    @Test
    void aSocketWhoseDaemonHangsIsInUseToo() throws Exception {
        try (ServerSocketChannel hanging = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            hanging.bind(UnixDomainSocketAddress.of(socket), 1);
            List<GuestClient> backlog = List.of(client(), client());
            assertThatThrownBy(this::server).hasMessageContaining("is served by another daemon");
            assertThatThrownBy(() -> ask("ask")).isInstanceOf(IOException.class);
            for (GuestClient client : backlog) {
                client.leaves();
            }
        }
    }

    @Test
    void anotherDaemonsSocketIsNotTakenAway() throws Exception {
        ControlServer first = server();
        Files.delete(socket);
        try (ControlServer _ = server()) {
            first.close();
            assertThat(ask("ask")).contains("\"ok\":true");
        }
    }

    @Test
    void whatCannotBeHadIsNamedInOneLine() throws Exception {
        Files.writeString(socket, "precious");
        assertThatThrownBy(this::server)
                .hasMessage(socket + " is there already and is no socket; remove it");
        assertThat(socket).hasContent("precious");

        socket = folder.path().resolve("missing/control.sock");
        assertThatThrownBy(this::server)
                .hasMessage(
                        socket.getParent()
                                + " is missing; make it, or name another place with --control-socket");

        socket = folder.path().resolve("x".repeat(120));
        assertThatThrownBy(this::server).hasMessageContaining("too long for a Unix socket");
    }

    @Test
    void aStopLetsGoOfConnectionsAndLeavesNoThread() throws Exception {
        ControlServer server = server();
        try (GuestClient idle = client()) {
            idle.says("{\"command\":\"ask\"}\n");
            assertThat(idle.hearsLine()).contains("\"ok\":true");
            server.close();
            assertThat(idle.hears()).isEmpty();
        }
        Eventually.holds(
                "no thread is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("control")));
    }
}
