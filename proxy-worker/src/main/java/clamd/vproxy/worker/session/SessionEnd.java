package clamd.vproxy.worker.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ends a session early, on its own thread. Control flow rather than a failure, so it has no trace.
 */
final class SessionEnd extends Exception {
    private static final long serialVersionUID = 1;

    private final Termination termination;
    private final @Nullable String detail;

    SessionEnd(Termination termination) {
        this(termination, null);
    }

    /**
     * @param detail what to add in the log; never bytes of a guest
     */
    SessionEnd(Termination termination, @Nullable String detail) {
        super(termination.code(), null, false, false);
        this.termination = termination;
        this.detail = detail;
    }

    Termination termination() {
        return termination;
    }

    Optional<String> detail() {
        return Optional.ofNullable(detail);
    }
}
