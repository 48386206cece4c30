package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.SessionResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of every session's end, on the thread that served it. */
@FunctionalInterface
public interface SessionListener {
    /**
     * Called when a connection has ended.
     *
     * @param policy the guest's policy at the beginning of the session
     */
    void ended(GuestPolicy policy, SessionResult result);

    /** Returns a listener that logs what this one throws, so that its caller can go on. */
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
