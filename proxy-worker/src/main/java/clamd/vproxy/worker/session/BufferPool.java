package clamd.vproxy.worker.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pool of direct buffers for relaying. A session holds a buffer only while it relays a stream, so
 * idle connections need none. Thread-safe, guarded by itself.
 */
public final class BufferPool {
    private final int bufferBytes;
    private final int kept;

    @GuardedBy("this")
    private int ahead;

    @GuardedBy("this")
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /**
     * @param bufferBytes size of each buffer in bytes
     * @param kept how many unused buffers to keep; the garbage collector frees the others
     */
    public BufferPool(int bufferBytes, int kept) {
        this.bufferBytes = bufferBytes;
        this.kept = kept;
    }

    /** A borrowed buffer, which the thread that used it returns by {@link #close}. */
    public final class Loan implements AutoCloseable {
        private final ByteBuffer buffer;
        private boolean open = true;
        private boolean isAhead;

        private Loan(ByteBuffer buffer, boolean isAhead) {
            this.buffer = buffer;
            this.isAhead = isAhead;
        }

        /** Returns the buffer, which must not be used after {@link #close}. */
        public ByteBuffer buffer() {
            return buffer;
        }

        /** Records that the stream now has an upload permit. */
        public void settle() {
            if (isAhead) {
                isAhead = false;
                settled();
            }
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                settle();
                takeBack(buffer);
            }
        }
    }

    /** Returns the size of each buffer in bytes. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** Lends a buffer at position 0; its previous content is not erased. */
    public Loan lend() {
        return new Loan(take(), false);
    }

    /**
     * Lends a buffer to a stream that has no upload permit yet; empty if the number of such streams
     * with a buffer has reached the number of unused buffers that the pool keeps. This limits the
     * memory of streams without a permit.
     */
    public Optional<Loan> lendAhead() {
        if (!admitAhead()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Loan(take(), true));
        } catch (OutOfMemoryError e) {
            settled();
            throw e;
        }
    }

    private ByteBuffer take() {
        ByteBuffer buffer = takeFree();
        return buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(bufferBytes);
    }

    private synchronized boolean admitAhead() {
        boolean admitted = ahead < kept;
        ahead += admitted ? 1 : 0;
        return admitted;
    }

    private synchronized void settled() {
        ahead--;
    }

    private synchronized @Nullable ByteBuffer takeFree() {
        return free.pollFirst();
    }

    private synchronized void takeBack(ByteBuffer buffer) {
        if (free.size() < kept) {
            free.addFirst(buffer);
        }
    }
}
