package clamd.vproxy.supervisor.reports.audit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Bounds the records that a guest can make by commands that are not allowed, at no cost to itself:
 * without this it could push everybody's detections out of the files that are kept. Records that
 * are left out are counted in the guest's next one.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class BlockedCommandBound {
    /** Records of one guest in one span. */
    static final int RECORDS = 10;

    static final Duration SPAN = Duration.ofMinutes(1);

    /** More guests than one host has; of those beyond, who was quiet for longest is forgotten. */
    private static final int MOST_GUESTS = 10_000;

    private static final class Count {
        private long spanBeganNanos;
        private int records;
        private long leftOut;
    }

    private final LongSupplier nanoClock;

    @GuardedBy("this")
    private final Map<UUID, Count> counts =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Count> eldest) {
                    return size() > MOST_GUESTS;
                }
            };

    /**
     * @param nanoClock a monotonic clock in nanoseconds
     */
    BlockedCommandBound(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Whether a guest gets one more record.
     *
     * @return how many were left out since its last one; empty if this one is, too
     */
    synchronized OptionalLong admit(UUID guest) {
        long now = nanoClock.getAsLong();
        Count count = counts.computeIfAbsent(guest, _ -> begun(now));
        if (now - count.spanBeganNanos >= SPAN.toNanos()) {
            count.spanBeganNanos = now;
            count.records = 0;
        }
        if (count.records == RECORDS) {
            count.leftOut++;
            return OptionalLong.empty();
        }
        count.records++;
        long before = count.leftOut;
        count.leftOut = 0;
        return OptionalLong.of(before);
    }

    private static Count begun(long now) {
        Count count = new Count();
        count.spanBeganNanos = now;
        return count;
    }
}
