package clamd.vproxy.worker.clamd;

import java.time.Instant;
import java.util.Optional;

/**
 * The status of one clamd. Immutable.
 *
 * @param endpoint where it listens, as the operator wrote it
 * @param up whether sessions use it
 * @param since since when that is so
 * @param lastError why it was last refused or down, kept afterwards; empty if it never was
 * @param uploads streams that are open there now
 * @param uploadPlaces how many may be
 * @param scans streams that it scans now
 * @param scanSlots how many it may scan
 * @param waitingScans streams that wait for that with all their bytes
 */
public record ClamdStatus(
        String endpoint,
        boolean up,
        Instant since,
        Optional<String> lastError,
        int uploads,
        int uploadPlaces,
        int scans,
        int scanSlots,
        int waitingScans) {}
