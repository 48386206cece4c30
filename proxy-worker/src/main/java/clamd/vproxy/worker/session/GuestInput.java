package clamd.vproxy.worker.session;

import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a guest sends, in their order. What was read beyond the end of a request can be
 * put back for the next one. Confined to the session thread.
 */
final class GuestInput {
    private final StreamSocket guest;
    private @Nullable ByteBuffer putBack;

    GuestInput(StreamSocket guest) {
        this.guest = guest;
    }

    /**
     * Reads what is there, waiting for at least one byte.
     *
     * @return the number of bytes, or -1 at the end or after the socket's input was shut down
     * @throws IOException if the connection is lost
     */
    int read(ByteBuffer target) throws IOException {
        ByteBuffer first = putBack;
        if (first == null) {
            return guest.read(target);
        }
        int count = Math.min(first.remaining(), target.remaining());
        target.put(first.slice(first.position(), count));
        first.position(first.position() + count);
        putBack = first.hasRemaining() ? first : null;
        return count;
    }

    /** Whether the next read is of bytes that were read before. */
    boolean hasPutBack() {
        return putBack != null;
    }

    /** Takes back what remains in {@code bytes}, which was read last. */
    void putBack(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer later = putBack == null ? ByteBuffer.allocate(0) : putBack;
        ByteBuffer all = ByteBuffer.allocate(bytes.remaining() + later.remaining());
        putBack = all.put(bytes).put(later).flip();
    }
}
