package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.SessionResult;

/** Hears of every session's end, on the thread that served it. */
@FunctionalInterface
public interface SessionListener {
    /**
     * One connection came to its end.
     *
     * @param policy the guest's policy at the beginning of the session
     */
    void ended(GuestPolicy policy, SessionResult result);
}
