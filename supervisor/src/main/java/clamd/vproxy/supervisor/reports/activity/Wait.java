package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.util.Optional;

/** What sessions wait for, each apart from the others. Immutable. */
public enum Wait {
    /** The guest's connection quota or rate. */
    QUEUE("queue"),
    /** An upload permit or a request permit. */
    PERMIT("place"),
    /** The guest's byte rate, or room in clamd's temporary directory. */
    PAUSE("pause"),
    /** A scan slot. */
    SLOT("slot");

    private final String label;

    Wait(String label) {
        this.label = label;
    }

    /** How long this session waited for it. */
    public Duration of(SessionResult result) {
        return switch (this) {
            case QUEUE -> result.queueWait();
            case PERMIT -> result.permitWait();
            case PAUSE -> result.pause();
            case SLOT -> result.slotWait();
        };
    }

    /**
     * Whether a histogram of these waits counts the session: a session that the policy refuses at
     * once waits for nothing, and must not look like a short wait.
     */
    boolean appliesTo(SessionResult result) {
        return this == QUEUE
                ? result.queueWait().isPositive() || result.verdict() != Verdict.REFUSED
                : result.command().equals(Optional.of(Command.INSTREAM));
    }

    /** The word for metrics. */
    public String label() {
        return label;
    }
}
