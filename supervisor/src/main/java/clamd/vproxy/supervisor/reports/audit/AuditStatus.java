package clamd.vproxy.supervisor.reports.audit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * How it stands with the audit file. Immutable.
 *
 * @param written records since the start
 * @param lost records that could not be written since the start
 * @param failure what is wrong now; empty if the last attempt to write succeeded
 */
public record AuditStatus(Path file, long written, long lost, Optional<Failure> failure) {
    /**
     * Why nothing can be written. Immutable.
     *
     * @param since when that was first found
     * @param reason one line
     */
    public record Failure(Instant since, String reason) {}
}
