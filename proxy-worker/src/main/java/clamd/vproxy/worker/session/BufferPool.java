package clamd.vproxy.worker.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers for relaying, kept for reuse: a session holds one only while a stream passes
 * through it, so idle connections cost none. Thread-safe, guarded by itself.
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
     * @param kept how many unused buffers to keep; more are left to the garbage collector
     */
    public BufferPool(int bufferBytes, int kept) {
        this.bufferBytes = bufferBytes;
        this.kept = kept;
    }

    /** A buffer on loan, given back by {@link #close} on the thread that used it. */
    public final class Loan implements AutoCloseable {
        private final ByteBuffer buffer;
        private boolean open = true;
        private boolean isAhead;

        private Loan(ByteBuffer buffer, boolean isAhead) {
            this.buffer = buffer;
            this.isAhead = isAhead;
        }

        /** The buffer; not to be touched after {@link #close}. */
        public ByteBuffer buffer() {
            return buffer;
        }

        /** Says that the stream has an upload permit now. */
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

    /** Size of each buffer in bytes. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** Lends a buffer; its old content is still in it and its position is 0. */
    public Loan lend() {
        return new Loan(take(), false);
    }

    /**
     * Lends a buffer to a stream that has no upload permit yet; empty if as many such streams
     * already have a buffer as the pool keeps unused ones. So many begun streams cost no more
     * memory than streams with a permit.
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
