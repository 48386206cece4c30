package clamd.vproxy.worker.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request early, on its session's thread. This is control flow rather than a failure, so it
 * has no stack trace.
 */
final class SessionEnd extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Outcome outcome;

    SessionEnd(Termination termination) {
        this(termination, null);
    }

    /**
     * @param detail additional text for the log; never contains a guest's bytes
     */
    SessionEnd(Termination termination, @Nullable String detail) {
        super(termination.code(), null, false, false);
        this.outcome = Outcome.of(termination, Optional.ofNullable(detail));
    }

    Outcome outcome() {
        return outcome;
    }
}
