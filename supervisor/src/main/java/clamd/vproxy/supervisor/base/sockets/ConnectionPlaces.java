package clamd.vproxy.supervisor.base.sockets;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bound on the connections of a small server. When all places are taken, a new connection evicts
 * the one that has been silent for longest: a shutdown of its socket wakes its thread. So silent
 * peers cannot block others. Thread-safe, guarded by itself.
 */
public final class ConnectionPlaces {
    private static final Logger log = LoggerFactory.getLogger(ConnectionPlaces.class);

    private final int most;

    @GuardedBy("this")
    private final Set<SocketChannel> open = new HashSet<>();

    /** The members of {@link #open} that wait for their peer, the longest wait first. */
    @GuardedBy("this")
    private final Set<SocketChannel> silent = new LinkedHashSet<>();

    /**
     * @param most how many connections there may be at once
     */
    public ConnectionPlaces(int most) {
        this.most = most;
    }

    /**
     * Gives a new connection a place; it counts as silent.
     *
     * @return false if there is none, because the server is working for all others
     */
    public synchronized boolean enter(SocketChannel connection) {
        if (open.size() >= most && !giveWay()) {
            return false;
        }
        open.add(connection);
        silent.add(connection);
        return true;
    }

    @GuardedBy("this")
    private boolean giveWay() {
        if (silent.isEmpty()) {
            return false;
        }
        SocketChannel oldest = silent.iterator().next();
        leave(oldest);
        shutDown(oldest);
        return true;
    }

    /** Marks the connection as silent: its peer has to send a request or read a reply. */
    public synchronized void isSilent(SocketChannel connection) {
        if (open.contains(connection)) {
            silent.add(connection);
        }
    }

    /** Marks the connection as in use: its peer has sent a request. */
    public synchronized void isServed(SocketChannel connection) {
        silent.remove(connection);
    }

    /** Releases the connection's place. */
    public synchronized void leave(SocketChannel connection) {
        open.remove(connection);
        silent.remove(connection);
    }

    /** Makes all connections end after their current reply. */
    public synchronized void shutDownInputs() {
        for (SocketChannel connection : open) {
            try {
                connection.shutdownInput();
            } catch (IOException e) {
                log.debug("a connection is gone already", e);
            }
        }
    }

    /** Shuts the connection down; only its own thread closes it. */
    private static void shutDown(SocketChannel connection) {
        try {
            connection.shutdownInput();
            connection.shutdownOutput();
        } catch (IOException e) {
            log.debug("a connection is gone already", e);
        }
    }
}
