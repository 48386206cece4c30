package clamd.vproxy.worker.clamd;

import java.time.Instant;
import java.util.Optional;

/**
 * The status of one clamd. Immutable.
 *
 * @param endpoint where it listens, as the operator wrote it
 * @param up whether sessions use it
 * @param since when {@code up} last changed
 * @param lastError the last failure at this clamd, kept after it recovers; empty if there was none
 * @param uploads how many streams are open there now
 * @param uploadPermits how many streams may be open there
 * @param scans how many streams it scans now
 * @param scanSlots how many streams it may scan at once
 * @param waitingScans how many complete streams wait for a scan slot
 */
public record ClamdStatus(
        String endpoint,
        boolean up,
        Instant since,
        Optional<String> lastError,
        int uploads,
        int uploadPermits,
        int scans,
        int scanSlots,
        int waitingScans) {}
