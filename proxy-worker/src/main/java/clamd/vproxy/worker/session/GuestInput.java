package clamd.vproxy.worker.session;

import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes that a guest sends, in order. Bytes beyond the end of a request can be put back
 * for the next request. Confined to the session thread.
 */
final class GuestInput {
    private final StreamSocket guest;
    private @Nullable ByteBuffer putBack;

    GuestInput(StreamSocket guest) {
        this.guest = guest;
    }

    /**
     * Reads the available bytes, and waits for at least one.
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

    /** Whether the next read returns bytes that were put back. */
    boolean hasPutBack() {
        return putBack != null;
    }

    /** Puts back the remaining bytes of {@code bytes}, which must be the last bytes read. */
    void putBack(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer later = putBack == null ? ByteBuffer.allocate(0) : putBack;
        ByteBuffer all = ByteBuffer.allocate(bytes.remaining() + later.remaining());
        putBack = all.put(bytes).put(later).flip();
    }
}
