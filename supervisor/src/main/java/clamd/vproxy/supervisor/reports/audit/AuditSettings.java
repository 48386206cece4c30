package clamd.vproxy.supervisor.reports.audit;

import java.nio.file.Path;

/**
 * The settings of the audit file. Immutable.
 *
 * @param file the newest part; older ones beside it have {@code .1}, {@code .2} … after its name
 * @param maxBytes how large the newest part may become before the daemon moves it aside; 0 =
 *     unlimited, another program rotates it
 * @param keep how many older parts are kept, 1 to 1000
 * @param required whether the daemon ends if it cannot use the file, rather than continue without
 *     it
 */
public record AuditSettings(Path file, long maxBytes, int keep, boolean required) {
    private static final int MOST_KEPT = 1000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public AuditSettings {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("size " + maxBytes + " is negative");
        }
        if (keep < 1 || keep > MOST_KEPT) {
            throw new IllegalArgumentException(
                    "%d older files are not 1 to %d".formatted(keep, MOST_KEPT));
        }
    }

    /** Creates the settings of a file without which the daemon does not start. */
    public AuditSettings(Path file, long maxBytes, int keep) {
        this(file, maxBytes, keep, true);
    }
}
