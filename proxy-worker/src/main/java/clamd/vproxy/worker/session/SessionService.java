package clamd.vproxy.worker.session;

/** What a session needs of the worker that serves it. Called on the session's thread. */
public interface SessionService {
    /**
     * The session is about to ask clamd for something.
     *
     * @return false if its connection has to give way to another guest's
     */
    boolean mayWork();

    /**
     * The guest has its answer; what is left is to wait until it closes the connection. From now on
     * the session need not count for its guest.
     */
    void answered();
}
