package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.util.Optional;

/** The kinds of waits of sessions, counted separately. Immutable. */
public enum Wait {
    /** A wait for the guest's connection quota or rate. */
    QUEUE("queue"),
    /** A wait for an upload permit or a request permit. */
    PERMIT("place"),
    /** A wait for the guest's byte rate, or for space in clamd's temporary directory. */
    PAUSE("pause"),
    /** A wait for a scan slot. */
    SLOT("slot");

    private final String label;

    Wait(String label) {
        this.label = label;
    }

    /** Returns how long this session waited in this way. */
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
     * once waits for nothing, and must not count as a short wait.
     */
    boolean appliesTo(SessionResult result) {
        return this == QUEUE
                ? result.queueWait().isPositive() || result.verdict() != Verdict.REFUSED
                : result.command().equals(Optional.of(Command.INSTREAM));
    }

    /** Returns the label for metrics. */
    public String label() {
        return label;
    }
}
