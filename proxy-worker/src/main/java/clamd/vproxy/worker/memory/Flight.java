package clamd.vproxy.worker.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A running scan of one stream, for which other streams with equal content wait. Thread-safe,
 * guarded by itself.
 */
final class Flight {
    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private boolean verdictKept;

    @GuardedBy("this")
    private boolean worthAnother = true;

    /**
     * Waits until the scan has ended.
     *
     * @param withdrawn whether to give up, checked after {@link #wake}
     * @return whether the scan has ended
     */
    synchronized boolean await(
            BooleanSupplier withdrawn, LongSupplier nanoClock, long deadlineNanos) {
        long left = deadlineNanos - nanoClock.getAsLong();
        while (!ended && !withdrawn.getAsBoolean() && left > 0) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            }
            left = deadlineNanos - nanoClock.getAsLong();
        }
        return ended;
    }

    /** Wakes the waiting streams, so that they check whether they were withdrawn. */
    synchronized void wake() {
        notifyAll();
    }

    /** Records that clamd answered with a verdict that may be remembered. */
    synchronized void kept() {
        verdictKept = true;
    }

    /**
     * Records that clamd gave an answer that is never remembered; a further scan would have the
     * same result.
     */
    synchronized void notRemembered() {
        worthAnother = false;
    }

    /**
     * Whether the waiting streams can expect a verdict from this scan, or from a scan of one of
     * them.
     */
    synchronized boolean isWorthWaiting() {
        return verdictKept || worthAnother;
    }

    /** Ends the scan, whether it succeeded or failed, and wakes the waiting streams. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
