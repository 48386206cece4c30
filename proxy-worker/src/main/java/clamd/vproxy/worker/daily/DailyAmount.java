package clamd.vproxy.worker.daily;

import java.time.LocalDate;

/**
 * The amounts that a guest or a tenant has used on one day. Immutable.
 *
 * @param date the day in the host's calendar
 * @param bytes bytes of file data taken from guests, 0 or more
 * @param scans completely received streams that counted as a scan, 0 or more
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

    /** Returns the amounts of an unused day. */
    public static DailyAmount none(LocalDate date) {
        return new DailyAmount(date, 0, 0);
    }

    /** Whether nothing was used. */
    public boolean isNone() {
        return bytes == 0 && scans == 0;
    }
}
