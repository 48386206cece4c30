package clamd.vproxy.worker.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers for relaying, kept for reuse: a session holds one only while a stream passes
 * through it, so idle connections cost none. Thread-safe, guarded by itself.
 */
public final class BufferPool {
    private final int bufferBytes;
    private final int kept;

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

        private Loan(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        /** The buffer; not to be touched after {@link #close}. */
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
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
        ByteBuffer buffer = takeFree();
        return new Loan(buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(bufferBytes));
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
