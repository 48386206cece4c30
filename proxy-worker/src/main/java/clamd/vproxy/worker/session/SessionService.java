package clamd.vproxy.worker.session;

import clamd.vproxy.policies.GuestPolicy;
import java.util.Optional;

/** What a session needs of the worker that serves it. Called on the session's thread. */
public interface SessionService {
    /**
     * The session is about to ask clamd for something.
     *
     * @return false if its connection has to give way to another guest's
     */
    boolean mayWork();

    /**
     * The guest has its last answer; what is left is to wait until it closes the connection. From
     * now on the session need not count for its guest.
     */
    void answered();

    /** What is in force now, for the next request of an IDSESSION. */
    Terms terms();

    /**
     * What a request is served under. Immutable.
     *
     * @param share what the guest's sessions have in common under that policy
     */
    record Terms(GuestPolicy policy, GuestShare share) {}

    /**
     * Another request of an IDSESSION is there. Waits as a new connection of the guest would, for
     * the connection rate or while the guest is paused.
     *
     * @return why the request is refused, empty if it may be served
     */
    Optional<Termination> awaitTurn();

    /**
     * A request of an IDSESSION has ended.
     *
     * @param policy the one of {@link #terms} for it
     */
    void requestEnded(GuestPolicy policy, SessionResult result);
}
