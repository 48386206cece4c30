package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.session.SessionResult;

/**
 * Hears of each session once, when it has ended. On the thread that served the session: what takes
 * long here keeps that thread from the same guest's next session, and from no other guest's. Must
 * be thread-safe.
 */
public interface SessionObserver {
    /** A guest's session has ended. */
    void ended(EndedSession session);

    /**
     * A connection that belonged to no guest has been refused; every one, also those for which the
     * log has no line.
     *
     * @param cid whose the kernel says it was
     */
    default void endedOfNoGuest(long cid, SessionResult result) {}
}
