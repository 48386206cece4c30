package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/**
 * Names the limit that a session exceeded as an operator changes it: by a key of the policy file,
 * an option or a command. Static function only.
 */
public final class LimitName {
    private LimitName() {}

    /** Returns the limit that causes this termination; empty if none does. */
    public static Optional<String> of(Termination termination) {
        return Limit.ofTermination(termination.code()).map(Limit::key).or(() -> other(termination));
    }

    private static Optional<String> other(Termination termination) {
        return Optional.ofNullable(
                switch (termination) {
                    case CHUNKS_TOO_SMALL -> "chunks";
                    case HOST_LIMIT -> "host-max-connections";
                    case GUEST_DENIED -> "deny";
                    case DRAINED -> "drain";
                    case PAUSED -> "pause";
                    case SESSION_LIMIT -> "session";
                    default -> null;
                });
    }
}
