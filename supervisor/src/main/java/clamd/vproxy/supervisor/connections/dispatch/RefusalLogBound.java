package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.rate.RateBucket;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Bounds the log lines that a guest can make by connections which are refused at once, at no cost
 * to itself: without this it could fill the log, and have the others' lines dropped by journald.
 * Lines that are left out are counted in the next one.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class RefusalLogBound {
    /** Lines that may come at once, and as many more each second. */
    static final int LINES_PER_SECOND = 10;

    private static final Set<Termination> FREE_FOR_THE_GUEST =
            EnumSet.of(
                    Termination.QUOTA,
                    Termination.CONNECTION_RATE,
                    Termination.HOST_LIMIT,
                    Termination.GUEST_DENIED,
                    Termination.DRAINED,
                    Termination.PAUSED);

    private final LongSupplier nanoClock;

    @GuardedBy("this")
    private final RateBucket lines;

    @GuardedBy("this")
    private long leftOut;

    /**
     * @param nanoClock a monotonic clock in nanoseconds
     */
    RefusalLogBound(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lines = new RateBucket(OptionalLong.of(LINES_PER_SECOND), 1, nanoClock.getAsLong());
    }

    /**
     * Whether a session gets a line.
     *
     * @return how many were left out since the last line; empty if this one is, too
     */
    synchronized OptionalLong admit(SessionResult session) {
        long now = nanoClock.getAsLong();
        if (FREE_FOR_THE_GUEST.contains(session.termination())) {
            if (lines.nanosUntilOne(now) > 0) {
                leftOut++;
                return OptionalLong.empty();
            }
            lines.reserve(1, now);
        }
        long before = leftOut;
        leftOut = 0;
        return OptionalLong.of(before);
    }
}
