package clamd.vproxy.supervisor.reports.audit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The state of the audit file, to be written as JSON. Immutable.
 *
 * @param written records since the start
 * @param lost records that could not be written since the start
 * @param failingSince when writing began to fail; empty if the last attempt succeeded
 * @param lastError why writing fails, on one line; empty if the last attempt succeeded
 */
public record AuditStatus(
        Path file,
        long written,
        long lost,
        Optional<Instant> failingSince,
        Optional<String> lastError) {}
