package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.session.SessionResult;

/**
 * Is notified of each session once, when it has ended. Methods run on the thread that served the
 * session: a slow observer delays the same guest's next session, but no other guest's. Must be
 * thread-safe.
 */
public interface SessionObserver {
    /** Called when a guest's session has ended. */
    void ended(EndedSession session);

    /**
     * Called when a connection that belonged to no guest has been refused. Every such connection is
     * reported, including those without a log line.
     *
     * @param cid the peer's CID, as the kernel reports it
     */
    default void endedOfNoGuest(long cid, SessionResult result) {}
}
