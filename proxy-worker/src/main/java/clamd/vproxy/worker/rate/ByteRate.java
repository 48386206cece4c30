package clamd.vproxy.worker.rate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes per second that all open uploads of one guest, or of one tenant, share. An upload takes
 * an {@link Allowance} before it reads, waits until it may be used, and gives back what it did not
 * read.
 *
 * <p>Thread-safe, guarded by itself; nobody waits while holding the lock.
 */
public final class ByteRate {
    /** An upload over the rate is let go on this many times a second, if it is alone. */
    private static final long STEPS_PER_SECOND = 50;

    private final LongSupplier nanoClock;
    private final Waiting waiting;
    private final int bufferBytes;

    @GuardedBy("this")
    private final RateBucket bucket;

    /** The least that a lone upload may read at once. */
    @GuardedBy("this")
    private long step;

    /** How a thread waits on a monitor that it holds, for a time in nanoseconds. */
    @FunctionalInterface
    public interface Waiting {
        /** Returns when the time is over or the monitor was notified, or earlier. */
        void await(Object monitor, long nanos) throws InterruptedException;
    }

    /**
     * A rate of which nothing is used yet.
     *
     * @param bytesPerSecond 1 to {@link RateBucket#LARGEST_RATE}; empty = no limit
     * @param bufferBytes size of a relay buffer, the least burst
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public ByteRate(OptionalLong bytesPerSecond, int bufferBytes, LongSupplier nanoClock) {
        this(bytesPerSecond, bufferBytes, nanoClock, TimeUnit.NANOSECONDS::timedWait);
    }

    /** As above, with a way to wait of the caller's own: manual time. */
    public ByteRate(
            OptionalLong bytesPerSecond, int bufferBytes, LongSupplier nanoClock, Waiting waiting) {
        this.step = step(bytesPerSecond);
        this.bufferBytes = bufferBytes;
        this.nanoClock = nanoClock;
        this.waiting = waiting;
        this.bucket = new RateBucket(bytesPerSecond, bufferBytes, now());
    }

    /** Goes on at another rate; allowances that are out stay as they are. */
    public synchronized void change(OptionalLong nextBytesPerSecond) {
        step = step(nextBytesPerSecond);
        bucket.change(nextBytesPerSecond, bufferBytes, now());
    }

    /** The allowance of one upload, for all its reads one after the other. */
    public Allowance upload() {
        return new Allowance(null);
    }

    /** The allowance of one upload for which this rate and another one hold. */
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
     * Bytes that one upload may read from a certain time on. One object for all its reads, so that
     * a buffer relayed makes no garbage. Confined to the upload's thread, but for {@link
     * #withdraw}.
     */
    public final class Allowance {
        private int bytes;
        private long usableNanos;

        @GuardedBy("this")
        private boolean withdrawn;

        /** Of the rate that holds, too; an allowance is never for more than its own. */
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

        /** How many bytes may be read, 1 or more. */
        public int bytes() {
            return bytes;
        }

        /** Whether there is something to wait for. */
        public boolean isEarly() {
            return usableNanos - now() > 0;
        }

        /**
         * Waits until the bytes may be read.
         *
         * @param deadlineNanos when to give up
         * @return false if the deadline came first, or it was withdrawn
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

        /** Ends the wait at once, and all later ones. Any thread. */
        public synchronized void withdraw() {
            withdrawn = true;
            notifyAll();
        }

        /** Says how many of the bytes were read; to be called once after each {@link #take}. */
        public void used(int read) {
            settle(bytes, Math.max(0, read));
            if (other != null) {
                other.used(read);
            }
        }
    }
}
