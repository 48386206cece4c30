package clamd.vproxy.supervisor.pipelining;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One connection to a socket: everything is written at once, and all that comes is read, for a
 * bounded time. A clamd under attack may do anything with a connection. Static functions only.
 */
final class Exchange {
    private static final int LONGEST_REPLY_BYTES = 1 << 20;

    private Exchange() {}

    /**
     * Sends a request and gives what came until the other side ended, broke off or the time was
     * over, a character for each byte.
     */
    static String ask(Path socket, byte[] request, Duration limit) {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            exchange(
                    channel,
                    channel.register(selector, SelectionKey.OP_READ),
                    ByteBuffer.wrap(request),
                    heard,
                    System.nanoTime() + limit.toNanos());
        } catch (IOException _) {
            // what was heard before is what came
        }
        return heard.toString(ISO_8859_1);
    }

    private static void exchange(
            SocketChannel channel,
            SelectionKey key,
            ByteBuffer request,
            ByteArrayOutputStream heard,
            long deadlineNanos)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        boolean writing = true;
        while (heard.size() < LONGEST_REPLY_BYTES) {
            writing = writing && write(channel, request);
            int count = channel.read(buffer.clear());
            if (count < 0) {
                return;
            }
            heard.write(buffer.array(), 0, count);
            if (count == 0 && !await(key, writing, deadlineNanos)) {
                return;
            }
        }
    }

    /** Writes what goes; whether there is more to write. */
    private static boolean write(SocketChannel channel, ByteBuffer request) {
        try {
            channel.write(request);
            return request.hasRemaining();
        } catch (IOException _) {
            return false; // there may be a reply all the same
        }
    }

    private static boolean await(SelectionKey key, boolean writing, long deadlineNanos)
            throws IOException {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            return false;
        }
        key.interestOps(SelectionKey.OP_READ | (writing ? SelectionKey.OP_WRITE : 0));
        key.selector().select(left);
        key.selector().selectedKeys().clear();
        return true;
    }
}
