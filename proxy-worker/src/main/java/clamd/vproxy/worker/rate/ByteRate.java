package clamd.vproxy.worker.rate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the bytes per second that all open uploads of one guest, or of one tenant, share. An
 * upload takes an {@link Allowance} before it reads, waits until the allowance may be used, and
 * returns the bytes that it did not read.
 *
 * <p>Thread-safe, guarded by itself; no thread waits for the rate while holding the lock.
 */
public final class ByteRate {
    /** How many times a second a single upload that exceeds the rate may read. */
    private static final long STEPS_PER_SECOND = 50;

    private final LongSupplier nanoClock;
    private final Waiting waiting;
    private final int bufferBytes;

    @GuardedBy("this")
    private final RateBucket bucket;

    /** The least number of bytes that an upload may read at once. */
    @GuardedBy("this")
    private long step;

    /** Waits on a monitor that the calling thread holds, for a time in nanoseconds. */
    @FunctionalInterface
    public interface Waiting {
        /** Waits until the time has passed or the monitor was notified; may return earlier. */
        void await(Object monitor, long nanos) throws InterruptedException;
    }

    /**
     * Creates an unused rate.
     *
     * @param bytesPerSecond 1 to {@link RateBucket#LARGEST_RATE}; empty = no limit
     * @param bufferBytes the size of a relay buffer in bytes, which is the least burst
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public ByteRate(OptionalLong bytesPerSecond, int bufferBytes, LongSupplier nanoClock) {
        this(bytesPerSecond, bufferBytes, nanoClock, TimeUnit.NANOSECONDS::timedWait);
    }

    /** Creates an unused rate that waits by {@code waiting}, for tests with manual time. */
    public ByteRate(
            OptionalLong bytesPerSecond, int bufferBytes, LongSupplier nanoClock, Waiting waiting) {
        this.step = step(bytesPerSecond);
        this.bufferBytes = bufferBytes;
        this.nanoClock = nanoClock;
        this.waiting = waiting;
        this.bucket = new RateBucket(bytesPerSecond, bufferBytes, now());
    }

    /** Changes the rate; allowances already taken are unaffected. */
    public synchronized void change(OptionalLong nextBytesPerSecond) {
        step = step(nextBytesPerSecond);
        bucket.change(nextBytesPerSecond, bufferBytes, now());
    }

    /** Creates the allowance of one upload, for all its reads one after the other. */
    public Allowance upload() {
        return new Allowance(null);
    }

    /** Creates the allowance of one upload to which both this rate and another one apply. */
    public Allowance uploadWithin(ByteRate other) {
        return new Allowance(other.upload());
    }

    private synchronized void take(Allowance allowance, int wanted) {
        long now = now();
        allowance.bytes = (int) Math.min(wanted, Math.max(bucket.available(wanted, now), step));
        allowance.usableNanos = now + bucket.hold(allowance.bytes, now);
    }

    private synchronized void settle(int bytes, int used) {
        bucket.settle(bytes, used, now());
    }

    private static long step(OptionalLong bytesPerSecond) {
        return Math.max(1, bytesPerSecond.orElse(0) / STEPS_PER_SECOND);
    }

    private long now() {
        return nanoClock.getAsLong();
    }

    /**
     * The bytes that one upload may read from a certain time on. One object serves all reads of the
     * upload, so that relaying a buffer allocates no objects. Confined to the upload's thread,
     * except for {@link #withdraw}.
     */
    public final class Allowance {
        private int bytes;
        private long usableNanos;

        @GuardedBy("this")
        private boolean withdrawn;

        /**
         * The allowance of the other rate that applies; it is never for more bytes than this one.
         */
        private final @Nullable Allowance other;

        private Allowance(@Nullable Allowance other) {
            this.other = other;
        }

        /** Takes an allowance for reading up to {@code wanted} bytes, 1 or more. */
        public void take(int wanted) {
            if (other == null) {
                ByteRate.this.take(this, wanted);
                return;
            }
            other.take(wanted);
            ByteRate.this.take(this, other.bytes);
            other.shrinkTo(bytes);
            if (other.usableNanos - usableNanos > 0) {
                usableNanos = other.usableNanos;
            }
        }

        private void shrinkTo(int fewer) {
            settle(bytes - fewer, 0);
            bytes = fewer;
        }

        /** Returns how many bytes may be read, 1 or more. */
        public int bytes() {
            return bytes;
        }

        /** Whether the upload must wait before it reads. */
        public boolean isEarly() {
            return usableNanos - now() > 0;
        }

        /**
         * Waits until the bytes may be read.
         *
         * @param deadlineNanos when to give up, on the injected clock
         * @return false if the deadline comes first, or the allowance was withdrawn
         */
        public synchronized boolean await(long deadlineNanos) {
            boolean inTime = usableNanos - deadlineNanos < 0;
            long end = inTime ? usableNanos : deadlineNanos;
            try {
                long left = end - now();
                while (!withdrawn && left > 0) {
                    waiting.await(this, left);
                    left = end - now();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("nobody interrupts a session's thread", e);
            }
            return inTime && !withdrawn;
        }

        /** Ends the current wait and all later ones immediately. Any thread. */
        public synchronized void withdraw() {
            withdrawn = true;
            notifyAll();
        }

        /**
         * Reports how many of the bytes were read; must be called once after each {@link #take}.
         */
        public void used(int read) {
            settle(bytes, Math.max(0, read));
            if (other != null) {
                other.used(read);
            }
        }
    }
}
