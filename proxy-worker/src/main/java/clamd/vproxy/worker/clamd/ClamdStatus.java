package clamd.vproxy.worker.clamd;

import java.time.Instant;
import java.util.Optional;

/**
 * The status of one clamd. Immutable.
 *
 * @param endpoint where it listens, as the operator wrote it
 * @param up whether sessions use it
 * @param since when {@code up} last changed
 * @param lastError why it was last refused or down, kept afterwards; empty if it never was
 * @param uploads how many streams are open there now
 * @param uploadPlaces how many may be open there
 * @param scans how many streams it scans now
 * @param scanSlots how many it may scan at once
 * @param waitingScans how many complete streams wait for a scan slot
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
