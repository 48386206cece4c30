package clamd.vproxy.worker.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The scan of one stream, for which others with its content wait. Thread-safe, guarded by itself.
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
     * @param withdrawn whether to give up, looked at after {@link #wake}
     * @return whether it has
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

    /** Has those that wait look whether they were withdrawn. */
    synchronized void wake() {
        notifyAll();
    }

    /** clamd answered with a verdict that may be remembered. */
    synchronized void kept() {
        verdictKept = true;
    }

    /** clamd answered, but with what is never remembered: the next scan would end so, too. */
    synchronized void notRemembered() {
        worthAnother = false;
    }

    /**
     * Whether those that waited can expect a verdict of this scan, or of another that one of them
     * has made.
     */
    synchronized boolean isWorthWaiting() {
        return verdictKept || worthAnother;
    }

    /** The scan is over, whatever came of it. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
