package clamd.vproxy.worker.clamd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.testing.FakeClamd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SocketEndpointTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/run/clamav/clamd.ctl",
                "/run/odd:3310",
                "localhost:3310",
                "127.0.0.1:1",
                "127.0.0.1:65535",
                "[::1]:3310",
                "clamd_1:3310"
            })
    void anEndpointIsShownAsItWasWritten(String text) {
        assertThat(endpoint(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "unix:/run/clamd.ctl, /run/clamd.ctl",
        "unix:///run/clamd.ctl, /run/clamd.ctl",
        "tcp://127.0.0.1:3310, 127.0.0.1:3310",
        "tcp://clamd.example:3310, clamd.example:3310",
        "tcp://[fe80::1%lo]:3310, [fe80::1%lo]:3310",
        "tcp://[::1]:3310, [::1]:3310",
    })
    void spellingsOfOtherProgramsAreUnderstood(String text, String shown) {
        assertThat(endpoint(text)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./clamd.ctl",
                "run/clamd.ctl",
                "unix:",
                "unix:clamd.ctl",
                "unix://clamd.ctl",
                "unix://run/clamd.ctl",
                "UNIX:/run/clamd.ctl",
                "local:/run/clamd.ctl",
                "tcp:localhost:3310",
                "tcp://",
                "tcp://localhost",
                "tcp://localhost:",
                "tcp://localhost:0",
                "tcp://localhost:3310/",
                "tcp:///run/clamd.ctl",
                "http://localhost:3310",
                "[::1]",
                "[localhost]:3310",
                "[127.0.0.1]:3310",
                "[::g]:3310",
                "local host:3310",
                " localhost:3310",
                "user@localhost:3310",
                " ",
                "clamd",
                "3310",
                "localhost:",
                ":3310",
                "localhost:0",
                "localhost:65536",
                "localhost:99999",
                "localhost:-1",
                "localhost:3310x",
                "::1:3310",
                "/nul\0path"
            })
    void whatIsNeitherAPathNorHostAndPortIsRefused(String text) {
        assertThatThrownBy(() -> endpoint(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageMatching("(?s).*(write /PATH|is not a path).*");
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefusedAtOnce() {
        assertThat(endpoint("/" + "x".repeat(106))).isNotNull();
        assertThatThrownBy(() -> endpoint("unix:/" + "x".repeat(107)))
                .hasMessageContaining("longer than the 107 bytes of a socket's path");
    }

    @Test
    void bothKindsOfSocketCarryBytesBothWays() throws Exception {
        try (FakeClamd unix = FakeClamd.onUnixSocket(folder);
                FakeClamd tcp = FakeClamd.onTcp()) {
            for (FakeClamd clamd : List.of(unix, tcp)) {
                try (StreamSocket socket =
                        endpoint(clamd.endpoint()).connect(Duration.ofSeconds(5))) {
                    socket.write(ByteBuffer.wrap("zPING\0".getBytes(US_ASCII)));
                    ByteBuffer reply = ByteBuffer.allocate(10);
                    while (reply.position() < 5 && socket.read(reply) >= 0) {
                        // to the whole reply
                    }
                    assertThat(new String(reply.array(), 0, reply.position(), US_ASCII))
                            .isEqualTo("PONG\0");
                }
            }
        }
    }

    @Test
    void aMissingSocketIsNamedInTheMessage() {
        String path = folder.resolve("none.ctl").toString();

        assertThatIOException()
                .isThrownBy(() -> endpoint(path).connect(SHORT))
                .withMessageContaining("cannot connect to clamd at " + path)
                .withMessageContaining("No such file");
    }

    @Test
    void aSocketThatNobodyListensOnIsRefusedAtOnce() throws Exception {
        FakeClamd clamd = FakeClamd.onUnixSocket(folder);
        clamd.close();

        assertThatIOException()
                .isThrownBy(() -> endpoint(clamd.endpoint()).connect(Duration.ofSeconds(20)))
                .withMessageContaining("Connection refused");
    }

    @Test
    void aPortThatNobodyListensOnIsRefusedAtOnce() throws Exception {
        FakeClamd clamd = FakeClamd.onTcp();
        clamd.close();

        assertThatIOException()
                .isThrownBy(() -> endpoint(clamd.endpoint()).connect(Duration.ofSeconds(20)))
                .withMessageContaining("Connection refused");
    }

    /** Only what says that nobody listens may take a clamd out of use. */
    @Test
    void aRefusedConnectionAndABusyClamdAreDistinguished() throws Exception {
        FakeClamd gone = FakeClamd.onTcp();
        gone.close();
        assertThat(failureOf(gone.endpoint()).isRefused()).isTrue();
        assertThat(failureOf(gone.endpoint()).reason()).isEqualTo("Connection refused");
        assertThat(failureOf(folder.resolve("none.ctl").toString()).isRefused()).isTrue();
        try (FullBacklog full = new FullBacklog(folder)) {
            assertThat(failureOf(full.path.toString()).isRefused()).isFalse();
        }
    }

    private static ClamdUnreachableException failureOf(String endpoint) {
        try (StreamSocket _ = endpoint(endpoint).connect(SHORT)) {
            throw new AssertionError("connected to " + endpoint);
        } catch (ClamdUnreachableException e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFullBacklogIsBusyAfterTheLimit() throws Exception {
        try (FullBacklog clamd = new FullBacklog(folder)) {
            long before = System.nanoTime();

            assertThatIOException()
                    .isThrownBy(() -> endpoint(clamd.path.toString()).connect(SHORT))
                    .withMessageContaining("busy, its backlog is full");
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(SHORT, Duration.ofSeconds(5));
        }
    }

    @Test
    void aFullBacklogIsWaitedFor() throws Exception {
        try (FullBacklog clamd = new FullBacklog(folder)) {
            FutureTask<StreamSocket> connecting =
                    new FutureTask<>(
                            () -> endpoint(clamd.path.toString()).connect(Duration.ofSeconds(20)));
            Thread.ofPlatform().daemon().start(connecting);
            clamd.acceptOne();

            try (StreamSocket socket = connecting.get(10, TimeUnit.SECONDS)) {
                assertThat(socket).isNotNull();
            }
        }
    }

    @Test
    void aPortThatDoesNotAnswerIsGivenUpAfterTheLimit() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            List<StreamSocket> filling = new ArrayList<>();
            try {
                assertThatIOException()
                        .isThrownBy(() -> {
                            while (filling.size() < 10) {
                                filling.add(endpoint("127.0.0.1:" + port).connect(SHORT));
                            }
                        })
                        .withMessageContaining("no answer in time");
            } finally {
                filling.forEach(StreamSocket::close);
            }
        }
    }

    /** A listener that accepts nobody and whose backlog is full. */
    private static final class FullBacklog implements AutoCloseable {
        final Path path;
        private final ServerSocketChannel listener;
        private final List<SocketChannel> waiting = new ArrayList<>();

        FullBacklog(Path folder) throws IOException {
            path = folder.resolve("full.ctl");
            listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(path), 1);
            boolean full = false;
            while (!full) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.configureBlocking(false);
                waiting.add(channel);
                try {
                    channel.connect(UnixDomainSocketAddress.of(path));
                } catch (IOException _) {
                    full = true;
                }
            }
        }

        void acceptOne() throws IOException {
            listener.accept().close();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private static SocketEndpoint endpoint(String text) {
        return SocketEndpoint.parse(text, System::nanoTime);
    }
}
