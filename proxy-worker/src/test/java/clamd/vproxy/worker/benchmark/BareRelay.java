package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What any relay costs that has a thread for each connection and copies: it knows no guests, checks
 * nothing, has no deadlines and writes no log, but reads and writes as much at a time as
 * clamd-vproxy. A process of its own: {@code BareRelay SOCKET CLAMD}.
 */
final class BareRelay {
    private static final int BACKLOG = 1024;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int SEND_BUFFER_BYTES = 1 << 20;

    private static final ThreadLocal<ByteBuffer> BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BYTES));

    private BareRelay() {}

    public static void main(String[] arguments) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])), BACKLOG);
        UnixDomainSocketAddress clamd = UnixDomainSocketAddress.of(Path.of(arguments[1]));
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            while (true) {
                SocketChannel guest = server.accept();
                threads.execute(() -> serve(guest, clamd));
            }
        }
    }

    private static void serve(SocketChannel accepted, UnixDomainSocketAddress address) {
        try (SocketChannel guest = accepted;
                SocketChannel clamd = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            clamd.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
            clamd.connect(address);
            ByteBuffer buffer = BUFFER.get();
            relayRequest(guest, clamd, buffer);
            while (clamd.read(buffer.clear()) >= 0) {
                Request.write(guest, buffer.flip());
            }
        } catch (IOException e) {
            System.err.println("a connection was lost: " + e);
        }
    }

    /** To the end of a request, of which it knows just enough to need no second thread. */
    private static void relayRequest(SocketChannel guest, SocketChannel clamd, ByteBuffer buffer)
            throws IOException {
        boolean stream = false;
        boolean first = true;
        while (guest.read(buffer.clear()) >= 0) {
            int end = buffer.position();
            stream |= first && end > 1 && buffer.get(1) == 'I';
            first = false;
            boolean last = !stream || (end >= 4 && buffer.getInt(end - 4) == 0);
            Request.write(clamd, buffer.flip());
            if (last) {
                return;
            }
        }
    }
}
