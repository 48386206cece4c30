package clamd.vproxy.worker.session;

import clamd.vproxy.policies.GuestPolicy;
import java.util.Optional;

/** The services that a worker offers to its sessions. Called on the session's thread. */
public interface SessionService {
    /**
     * Announces that the session is about to send a request to clamd.
     *
     * @return false if another guest's connection has displaced this one
     */
    boolean mayWork();

    /**
     * Announces that the guest has its last answer, and that the session only waits for the guest
     * to close the connection. From now on the session need not count for its guest.
     */
    void answered();

    /** Returns the policy and share now in force, for the next request of an IDSESSION. */
    Terms terms();

    /**
     * The policy and share under which a request is served. Immutable.
     *
     * @param share the quotas and rates that the guest's sessions share under that policy
     */
    record Terms(GuestPolicy policy, GuestShare share) {}

    /**
     * Waits until a further request of an IDSESSION may be served. It waits like a new connection
     * of the guest: for the connection rate, and while the guest is paused.
     *
     * @return why the request is refused, empty if it may be served
     */
    Optional<Termination> awaitTurn();

    /**
     * Reports the end of a request of an IDSESSION.
     *
     * @param policy the policy that {@link #terms} returned for the request
     */
    void requestEnded(GuestPolicy policy, SessionResult result);
}
