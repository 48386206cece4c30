package clamd.vproxy.supervisor.connections.listen;

import java.io.FileDescriptor;
import java.util.List;

/**
 * Keeps listening sockets open while no daemon runs: what connects meanwhile waits in their
 * backlogs, and the next daemon serves it. Thread-safe.
 */
public interface ListenerStore {
    /** Keeps nothing: a stop closes the listening sockets. */
    ListenerStore NONE =
            new ListenerStore() {
                @Override
                public boolean keeps() {
                    return false;
                }

                @Override
                public List<Integer> take(String name) {
                    return List.of();
                }

                @Override
                public void keep(String name, FileDescriptor listener) {
                    // a stop closes it
                }

                @Override
                public void forget(String name) {
                    // nothing was kept
                }

                @Override
                public void dropUntaken() {
                    // nothing was kept
                }
            };

    /** Whether sockets given to {@link #keep} outlive this daemon. */
    boolean keeps();

    /**
     * The listening sockets that were handed over to this daemon under a name, by the numbers of
     * their descriptors. They belong to the caller then, and are not returned again.
     */
    List<Integer> take(String name);

    /**
     * Keeps a listening socket beyond the end of this daemon.
     *
     * @param name letters, digits and hyphens
     */
    void keep(String name, FileDescriptor listener);

    /** Keeps the sockets of this name no longer. */
    void forget(String name);

    /** Closes and forgets the sockets that nobody has taken. */
    void dropUntaken();
}
