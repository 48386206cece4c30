package clamd.vproxy.worker.daily;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one guest, or one tenant, uses today, shared by all its sessions, over all runs.
 *
 * <p>A day is one of the calendar in the clock's time zone, and a new one begins at 0. What counts
 * is whether the date is another one, not whether it is later: a clock that is stepped over a
 * midnight, forward or back, begins a new count, and one that is stepped within the day changes
 * nothing.
 *
 * <p>Limits come with each call, for sessions may have begun under different ones. No call lets the
 * count pass the limit that it brings. Thread-safe and lock-free.
 */
public final class DailyUsage {
    private final Clock clock;
    private final AtomicReference<Day> day;

    /**
     * The counts of one day; a session that holds yesterday's when a new one begins counts there.
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

        /** Compares numbers and makes no objects: it is asked for each buffer of a stream. */
        boolean isAt(long millis) {
            return beginMillis <= millis && millis < endMillis;
        }

        DailyAmount amount() {
            return new DailyAmount(date, bytes.get(), scans.get());
        }
    }

    /**
     * Nothing used yet.
     *
     * @param clock the wall clock, with the time zone whose calendar tells the days apart
     */
    public DailyUsage(Clock clock) {
        this(clock, DailyAmount.none(LocalDate.now(clock)));
    }

    /**
     * Goes on from what was used before.
     *
     * @param before counts only if it is today's
     */
    public DailyUsage(Clock clock, DailyAmount before) {
        this.clock = clock;
        this.day = new AtomicReference<>(Day.of(before, clock.getZone()));
    }

    /** What was used today. */
    public DailyAmount today() {
        return current().amount();
    }

    /** What was used on the day that was counted last, which may be over. */
    public DailyAmount last() {
        return day.get().amount();
    }

    /**
     * Counts file data that has been taken.
     *
     * @param count in bytes, 0 or more
     * @param limit the most that may be used in a day
     * @return false if that is more than was left, which is used up then
     */
    public boolean takeBytes(long count, long limit) {
        AtomicLong bytes = current().bytes;
        while (true) {
            long used = bytes.get();
            boolean enough = count <= limit - used;
            // what was used under a higher limit stays used
            long next = enough ? used + count : Math.max(used, limit);
            if (bytes.compareAndSet(used, next)) {
                return enough;
            }
        }
    }

    /**
     * Counts a scan that is about to begin.
     *
     * @param limit the most that may begin in a day
     * @return false if none was left; nothing is counted then
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
            // before the date: a date from before another thread began the next day must not end it
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
