package clamd.vproxy.supervisor.reports.activity;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up amounts in spans of five seconds and keeps the last five minutes of them. Times are
 * nanoseconds of a monotonic clock. Not thread-safe.
 */
final class Recent {
    /** The length of a span. */
    static final Duration SPAN = Duration.ofSeconds(5);

    /** How many spans are kept, including the current one. */
    static final int SPANS = 60;

    private final long[] amounts = new long[SPANS];
    private final long firstNanos;
    private long lastSpan;

    Recent(long nowNanos) {
        this.firstNanos = nowNanos;
    }

    void add(long amount, long nowNanos) {
        moveTo(nowNanos);
        amounts[index(lastSpan)] += amount;
    }

    /** Returns the amounts of all spans, the oldest first; empty if they are all 0. */
    List<Long> amounts(long nowNanos) {
        moveTo(nowNanos);
        long[] ordered = new long[SPANS];
        for (int i = 0; i < SPANS; i++) {
            ordered[i] = amounts[index(lastSpan + 1 + i)];
        }
        return Arrays.stream(ordered).allMatch(amount -> amount == 0)
                ? List.of()
                : Arrays.stream(ordered).boxed().toList();
    }

    private void moveTo(long nowNanos) {
        // two threads may arrive in another order than they have read the clock
        long span = Math.max(lastSpan, (nowNanos - firstNanos) / SPAN.toNanos());
        long steps = Math.min(SPANS, span - lastSpan);
        for (long step = 1; step <= steps; step++) {
            amounts[index(span - steps + step)] = 0;
        }
        lastSpan = span;
    }

    private static int index(long span) {
        return (int) (span % SPANS);
    }
}
