package clamd.vproxy.supervisor.reports.log;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether the log can be written. Immutable.
 *
 * @param lost how many lines were lost because writing failed for too long
 * @param lostDetections how many of them were lines of infected streams
 * @param stuckSince when writing began to fail; empty if it works
 * @param lastError why it fails; empty if it works, or if the reader of the log merely does not
 *     read
 */
public record LogStatus(
        long lost, long lostDetections, Optional<Instant> stuckSince, Optional<String> lastError) {
    /** The state of a log that loses nothing. */
    static final LogStatus WRITABLE = new LogStatus(0, 0, Optional.empty(), Optional.empty());
}
