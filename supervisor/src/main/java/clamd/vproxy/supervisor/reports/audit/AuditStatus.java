package clamd.vproxy.supervisor.reports.audit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The audit file, to be written as JSON. Immutable.
 *
 * @param written records since the start
 * @param lost records that could not be written since the start
 * @param failingSince since when nothing can be written; empty if the last attempt succeeded
 * @param lastError why nothing can be written, on one line; empty if the last attempt succeeded
 */
public record AuditStatus(
        Path file,
        long written,
        long lost,
        Optional<Instant> failingSince,
        Optional<String> lastError) {}
