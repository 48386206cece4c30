package clamd.vproxy.worker.daily;

import java.time.LocalDate;

/**
 * What a guest had used on a day. Immutable.
 *
 * @param date the day, of the host's calendar
 * @param bytes file data that was taken, 0 or more
 * @param scans streams that were to be scanned, 0 or more
 */
public record DailyAmount(LocalDate date, long bytes, int scans) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException for a negative amount
     */
    public DailyAmount {
        if (bytes < 0 || scans < 0) {
            throw new IllegalArgumentException(
                    "%d bytes and %d scans cannot have been used".formatted(bytes, scans));
        }
    }

    /** The day on which nothing was used yet. */
    public static DailyAmount none(LocalDate date) {
        return new DailyAmount(date, 0, 0);
    }

    /** Whether nothing was used. */
    public boolean isNone() {
        return bytes == 0 && scans == 0;
    }
}
