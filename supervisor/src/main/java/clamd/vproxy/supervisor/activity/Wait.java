package clamd.vproxy.supervisor.activity;

import clamd.vproxy.worker.session.SessionResult;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

/** What sessions wait for, each apart from the others; the log has the same words. Immutable. */
public enum Wait {
    /** The guest's connection quota or rate. */
    QUEUE(SessionResult::queueWait),
    /** A place at clamd. */
    PLACE(SessionResult::placeWait),
    /** The guest's byte rate, or room in clamd's temporary directory. */
    PAUSE(SessionResult::pause),
    /** A scan slot. */
    SLOT(SessionResult::slotWait);

    private final Function<SessionResult, Duration> time;

    Wait(Function<SessionResult, Duration> time) {
        this.time = time;
    }

    /** How long this session waited for it. */
    public Duration of(SessionResult result) {
        return time.apply(result);
    }

    /** The word for metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
