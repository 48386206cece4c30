package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A clamd that does nothing by itself, so that a test can hold a session at any point. Confined to
 * the test's thread.
 */
public final class StandInClamd implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel listening;

    private StandInClamd(Path socket, ServerSocketChannel listening) {
        this.socket = socket;
        this.listening = listening;
    }

    /** Listens; connections wait until the test takes them. */
    public static StandInClamd at(Path socket) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket), 200);
        return new StandInClamd(socket, channel);
    }

    public Path socket() {
        return socket;
    }

    /** The next connection, once there is one. */
    public Connection accept() throws IOException {
        return new Connection(listening.accept());
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** One connection of the supervisor's. */
    public static final class Connection implements AutoCloseable {
        private final SocketChannel channel;

        private Connection(SocketChannel channel) {
            this.channel = channel;
        }

        /** Reads exactly this many bytes, or fewer if the other side ends before. */
        public String reads(int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // more may come
            }
            return ISO_8859_1.decode(bytes.flip()).toString();
        }

        /** Reads until the other side ends. */
        public String readsToTheEnd() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer bytes = ByteBuffer.allocate(8192);
            while (channel.read(bytes.clear()) >= 0) {
                all.write(bytes.array(), 0, bytes.position());
            }
            return all.toString(ISO_8859_1);
        }

        /** Answers and, as clamd does, says that there is no more to come. */
        public void answers(String text) throws IOException {
            channel.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
            channel.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
