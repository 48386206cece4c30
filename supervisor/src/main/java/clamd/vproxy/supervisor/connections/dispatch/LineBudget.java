package clamd.vproxy.supervisor.connections.dispatch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * How many lines a guest may cause in the log, or in another file, within a span of time. Lines
 * beyond that are left out and counted by kind: a guest makes them at hardly any cost, and without
 * a bound it could fill the disk and push the other guests' lines out.
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
     * @param lines how many there may be in each span
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public LineBudget(int lines, Duration span, LongSupplier nanoClock) {
        this.lines = lines;
        this.span = span;
        this.nanoClock = nanoClock;
        this.spanBeganNanos = nanoClock.getAsLong();
    }

    /** Whether there may be one more line; if not, it is counted under this kind. */
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

    /** How many lines of each kind were left out since the last call. */
    public synchronized Map<String, Long> takeLeftOut() {
        Map<String, Long> taken = leftOut;
        leftOut = new TreeMap<>();
        return taken;
    }
}
