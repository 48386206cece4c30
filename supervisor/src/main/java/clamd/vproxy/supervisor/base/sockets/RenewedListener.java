package clamd.vproxy.supervisor.base.sockets;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening Unix socket that is created again if it was removed. One thread accepts; any thread
 * may call {@link #close}.
 */
public final class RenewedListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RenewedListener.class);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

    private final String name;
    private final Listening listening;
    private final Selector selector;

    @GuardedBy("this")
    private UnixListener socket;

    @GuardedBy("this")
    private boolean failing;

    /** Creates the socket. */
    @FunctionalInterface
    public interface Listening {
        /** Listens, in place of a socket without a listener. */
        UnixListener listen() throws IOException;
    }

    private RenewedListener(
            String name, Listening listening, Selector selector, UnixListener socket) {
        this.name = name;
        this.listening = listening;
        this.selector = selector;
        this.socket = socket;
    }

    /**
     * Starts to listen.
     *
     * @param name the socket's name in the log
     * @throws IOException if the socket cannot be created
     */
    public static RenewedListener open(String name, Listening listening) throws IOException {
        UnixListener socket = listening.listen();
        try {
            Selector selector = Selector.open();
            register(socket, selector);
            return new RenewedListener(name, listening, selector, socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void register(UnixListener socket, Selector selector) throws IOException {
        socket.channel().configureBlocking(false);
        socket.channel().register(selector, SelectionKey.OP_ACCEPT);
    }

    /**
     * Accepts the next connection; returns empty if none arrives for a while.
     *
     * @throws ClosedChannelException after {@link #close}
     */
    public Optional<SocketChannel> accept() throws IOException {
        try {
            selector.select(LOOK_INTERVAL.toMillis());
        } catch (ClosedSelectorException _) {
            throw new ClosedChannelException();
        }
        synchronized (this) {
            if (!selector.isOpen()) {
                throw new ClosedChannelException();
            }
            selector.selectedKeys().clear();
            if (!socket.isInPlace()) {
                renew();
            }
            return Optional.ofNullable(socket.channel().accept());
        }
    }

    @GuardedBy("this")
    private void renew() {
        try {
            UnixListener made = listening.listen();
            register(made, selector);
            socket.close();
            socket = made;
            failing = false;
            log.warn("{} had been removed; it is there again", name);
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                log.warn("{} was removed and cannot be made again: {}", name, e.getMessage());
            }
        }
    }

    /** Removes the socket and stops listening. */
    @Override
    public synchronized void close() throws IOException {
        try (selector) {
            socket.close();
        }
    }
}
