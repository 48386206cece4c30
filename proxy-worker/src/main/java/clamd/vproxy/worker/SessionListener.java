package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.SessionResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives the result of every session, on the thread that served it. */
@FunctionalInterface
public interface SessionListener {
    /**
     * Handles the end of a connection or request.
     *
     * @param policy the guest's policy at the beginning of the connection or request
     */
    void ended(GuestPolicy policy, SessionResult result);

    /** Returns a listener that logs exceptions of this one, so that its caller can continue. */
    default SessionListener contained() {
        Logger log = LoggerFactory.getLogger(SessionListener.class);
        return (policy, result) -> {
            try {
                ended(policy, result);
            } catch (RuntimeException e) {
                log.error("a session's result could not be handed on: {}", result, e);
            }
        };
    }
}
