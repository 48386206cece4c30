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
 * The places of a small server's connections. When all are taken, the connection that has been
 * silent for longest gives way: it is shut down, which wakes its thread. So peers that hold
 * connections and say nothing keep nobody out. Thread-safe, guarded by itself.
 */
public final class ConnectionPlaces {
    private static final Logger log = LoggerFactory.getLogger(ConnectionPlaces.class);

    private final int most;

    @GuardedBy("this")
    private final Set<SocketChannel> open = new HashSet<>();

    /** Those of {@link #open} that wait for their peer, the longest first. */
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
     * @return false if there is none, since all the others have asked for something
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

    /** The connection's peer has to say something or to read what it asked for. */
    public synchronized void isSilent(SocketChannel connection) {
        if (open.contains(connection)) {
            silent.add(connection);
        }
    }

    /** The connection's peer has asked for something. */
    public synchronized void isServed(SocketChannel connection) {
        silent.remove(connection);
    }

    /** Frees the connection's place. */
    public synchronized void leave(SocketChannel connection) {
        open.remove(connection);
        silent.remove(connection);
    }

    /** Lets all connections end after the reply that they are at. */
    public synchronized void shutDownInputs() {
        for (SocketChannel connection : open) {
            try {
                connection.shutdownInput();
            } catch (IOException e) {
                log.debug("a connection is gone already", e);
            }
        }
    }

    /** Only the connection's own thread closes it. */
    private static void shutDown(SocketChannel connection) {
        try {
            connection.shutdownInput();
            connection.shutdownOutput();
        } catch (IOException e) {
            log.debug("a connection is gone already", e);
        }
    }
}
