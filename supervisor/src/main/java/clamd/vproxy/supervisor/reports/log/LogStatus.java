package clamd.vproxy.supervisor.reports.log;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether the log can be written. Immutable.
 *
 * @param lost lines that were lost because it could not be written for too long
 * @param lostDetections how many of them were those of infected streams
 * @param stuckSince since when it cannot be written; empty if it can
 * @param lastError why not; empty if it can, or if its reader just does not read
 */
public record LogStatus(
        long lost, long lostDetections, Optional<Instant> stuckSince, Optional<String> lastError) {
    /** The state of a log that loses nothing. */
    static final LogStatus WRITABLE = new LogStatus(0, 0, Optional.empty(), Optional.empty());
}
