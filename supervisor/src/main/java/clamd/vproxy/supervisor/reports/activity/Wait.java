package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.worker.session.SessionResult;
import java.time.Duration;
import java.util.Locale;

/** What sessions wait for, each apart from the others; the log has the same words. Immutable. */
public enum Wait {
    /** The guest's connection quota or rate. */
    QUEUE,
    /** A place at clamd. */
    PLACE,
    /** The guest's byte rate, or room in clamd's temporary directory. */
    PAUSE,
    /** A scan slot. */
    SLOT;

    /** How long this session waited for it. */
    public Duration of(SessionResult result) {
        return switch (this) {
            case QUEUE -> result.queueWait();
            case PLACE -> result.permitWait();
            case PAUSE -> result.pause();
            case SLOT -> result.slotWait();
        };
    }

    /** The word for metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
