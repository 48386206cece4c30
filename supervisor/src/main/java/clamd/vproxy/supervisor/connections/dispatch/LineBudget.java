package clamd.vproxy.supervisor.connections.dispatch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Limits how many lines a guest may cause in the log, or in another file, within a span of time.
 * Further lines are left out and counted by kind: they cost the guest hardly anything, and without
 * a limit it could fill the disk and displace other guests' lines.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class LineBudget {
    private final int lines;
    private final Duration span;
    private final LongSupplier nanoClock;

    @GuardedBy("this")
    private long spanBeganNanos;

    @GuardedBy("this")
    private int written;

    @GuardedBy("this")
    private Map<String, Long> leftOut = new TreeMap<>();

    /**
     * Creates a budget that nothing has been taken from.
     *
     * @param lines how many lines are allowed in each span
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public LineBudget(int lines, Duration span, LongSupplier nanoClock) {
        this.lines = lines;
        this.span = span;
        this.nanoClock = nanoClock;
        this.spanBeganNanos = nanoClock.getAsLong();
    }

    /** Returns whether one more line is allowed; if not, counts it under this kind. */
    public synchronized boolean admit(String kind) {
        long now = nanoClock.getAsLong();
        if (now - spanBeganNanos >= span.toNanos()) {
            spanBeganNanos = now;
            written = 0;
        }
        if (written == lines) {
            leftOut.merge(kind, 1L, Long::sum);
            return false;
        }
        written++;
        return true;
    }

    /** Returns how many lines of each kind were left out since the last call. */
    public synchronized Map<String, Long> takeLeftOut() {
        Map<String, Long> taken = leftOut;
        leftOut = new TreeMap<>();
        return taken;
    }
}
