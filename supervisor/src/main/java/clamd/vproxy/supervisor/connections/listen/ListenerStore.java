package clamd.vproxy.supervisor.connections.listen;

import java.io.FileDescriptor;
import java.util.List;

/**
 * Keeps listening sockets open while no daemon runs: connections wait in their backlogs, and the
 * next daemon serves them. Thread-safe.
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
     * Takes the listening sockets that were handed over to this daemon under a name, as descriptor
     * numbers. The caller owns them; each is returned only once.
     */
    List<Integer> take(String name);

    /**
     * Keeps a listening socket beyond the end of this daemon.
     *
     * @param name letters, digits and hyphens
     */
    void keep(String name, FileDescriptor listener);

    /** Stops keeping the sockets of this name. */
    void forget(String name);

    /** Closes and forgets the sockets that have not been taken. */
    void dropUntaken();
}
