package clamd.vproxy.worker.clamd;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SelectorPoolTest {
    private final ManualClock clock = new ManualClock();
    private final SelectorPool pool = new SelectorPool(clock);

    @Test
    void aSelectorThatWasGivenBackIsLentAgain() throws IOException {
        Selector first = pool.lend();
        assertThat(pool.lend()).isNotSameAs(first);
        pool.takeBack(first);
        assertThat(pool.lend()).isSameAs(first);
    }

    @Test
    void whatIsMoreThanScansRunAtOnceIsClosed() throws IOException {
        List<Selector> lent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lent.add(pool.lend());
        }
        lent.forEach(pool::takeBack);
        assertThat(lent).filteredOn(Selector::isOpen).hasSize(16);
    }

    @Test
    void whatNobodyNeedsIsClosedWhenAnotherIsLent() throws IOException {
        Selector first = pool.lend();
        Selector second = pool.lend();
        Selector third = pool.lend();
        pool.takeBack(first);
        clock.advance(Duration.ofSeconds(8));
        pool.takeBack(second);
        pool.takeBack(third);
        clock.advance(Duration.ofSeconds(8));

        assertThat(pool.lend()).isSameAs(third);
        assertThat(first.isOpen()).isFalse();
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void theDescriptorOfAClosedChannelIsGivenBackWithTheSelector() throws IOException {
        Selector selector = pool.lend();
        Pipe pipe = Pipe.open();
        long before = openDescriptors();
        pipe.source().configureBlocking(false);
        pipe.source().register(selector, SelectionKey.OP_READ);
        pipe.source().close();
        pipe.sink().close();
        pool.takeBack(selector);
        assertThat(openDescriptors()).isEqualTo(before - 2);
        assertThat(selector.keys()).isEmpty();
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }

    @Test
    void aWakeThatWasMeantForTheLastUserEndsNoWait(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            Selector selector = pool.lend();
            pool.takeBack(selector);
            selector.wakeup();
            try (ChannelConnection connection =
                            new ChannelConnection(SocketChannel.open(address), pool);
                    SocketChannel clamd = server.accept()) {
                connection.makeInterruptible();
                assertThat(connection.awaitReadable(Duration.ofSeconds(20))).isFalse();
                selector.wakeup();
                clamd.write(ByteBuffer.wrap("PONG\0".getBytes(US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(16);
                boolean answered =
                        ClamdAnswer.read(
                                connection, answer, Duration.ofSeconds(20), System::nanoTime);
                assertThat(answered).isTrue();
                assertThat(new String(ClamdAnswer.bytes(answer), US_ASCII)).isEqualTo("PONG\0");
            }
        }
    }
}
