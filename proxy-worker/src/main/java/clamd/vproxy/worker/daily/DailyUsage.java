package clamd.vproxy.worker.daily;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Counts what one guest, or one tenant, uses today, over all its sessions and runs.
 *
 * <p>A day is a calendar day in the clock's time zone, and its counts begin at 0. A new count
 * begins whenever the date differs, even if it is earlier: a clock step over midnight, forward or
 * back, begins a new count, and a step within the day changes nothing.
 *
 * <p>Each call passes its limit, because sessions may have begun under different limits. No call
 * raises the count above the limit that it passes. Thread-safe and lock-free.
 */
public final class DailyUsage {
    private final Clock clock;
    private final AtomicReference<Day> day;

    /**
     * The counts of one day. A session that already has this object at midnight still counts for
     * the old day.
     */
    private record Day(
            LocalDate date,
            long beginMillis,
            long endMillis,
            AtomicLong bytes,
            AtomicInteger scans) {
        static Day of(DailyAmount amount, ZoneId zone) {
            return new Day(
                    amount.date(),
                    millisAtStart(amount.date(), zone),
                    millisAtStart(amount.date().plusDays(1), zone),
                    new AtomicLong(amount.bytes()),
                    new AtomicInteger(amount.scans()));
        }

        private static long millisAtStart(LocalDate date, ZoneId zone) {
            return date.atStartOfDay(zone).toInstant().toEpochMilli();
        }

        /**
         * Whether the time belongs to this day; allocates no objects, because it is called for each
         * buffer of a stream.
         */
        boolean isAt(long millis) {
            return beginMillis <= millis && millis < endMillis;
        }

        DailyAmount amount() {
            return new DailyAmount(date, bytes.get(), scans.get());
        }
    }

    /**
     * Creates a counter for a day on which nothing was used yet.
     *
     * @param clock the wall clock, whose time zone determines the days
     */
    public DailyUsage(Clock clock) {
        this(clock, DailyAmount.none(LocalDate.now(clock)));
    }

    /**
     * Creates a counter that continues from earlier amounts.
     *
     * @param before the earlier amounts, which count only if they are today's
     */
    public DailyUsage(Clock clock, DailyAmount before) {
        this.clock = clock;
        this.day = new AtomicReference<>(Day.of(before, clock.getZone()));
    }

    /** Returns the amounts used today. */
    public DailyAmount today() {
        return current().amount();
    }

    /** Returns the amounts of the day that was counted last, which may have ended. */
    public DailyAmount last() {
        return day.get().amount();
    }

    /**
     * Counts file data that has been taken.
     *
     * @param count the number of bytes, 0 or more
     * @param limit the most bytes that may be used in a day
     * @return false if these are more bytes than were left; the rest is then used up
     */
    public boolean takeBytes(long count, long limit) {
        AtomicLong bytes = current().bytes;
        while (true) {
            long used = bytes.get();
            boolean enough = count <= limit - used;
            // bytes used under a higher limit stay counted
            long next = enough ? used + count : Math.max(used, limit);
            if (bytes.compareAndSet(used, next)) {
                return enough;
            }
        }
    }

    /**
     * Counts a scan that is about to begin.
     *
     * @param limit the most scans that may begin in a day
     * @return false if no scan was left; nothing is then counted
     */
    public boolean takeScan(long limit) {
        AtomicInteger scans = current().scans;
        while (true) {
            int used = scans.get();
            if (used >= limit) {
                return false;
            }
            if (scans.compareAndSet(used, used + 1)) {
                return true;
            }
        }
    }

    private Day current() {
        while (true) {
            // read before the date: an older date must not end the next day that another thread has
            // begun
            Day last = day.get();
            long millis = clock.millis();
            if (last.isAt(millis)) {
                return last;
            }
            LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(millis), clock.getZone());
            Day next = Day.of(DailyAmount.none(date), clock.getZone());
            if (day.compareAndSet(last, next)) {
                return next;
            }
        }
    }
}
