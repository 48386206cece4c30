package clamd.vproxy.supervisor.connections.listen;

import clamd.vproxy.supervisor.base.sockets.AcceptPause;
import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.connections.vsock.VsockConnection;
import clamd.vproxy.supervisor.connections.vsock.VsockListener;
import clamd.vproxy.supervisor.connections.vsock.VsockNamespace;
import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts AF_VSOCK connections on the thread {@code vsock-acceptor} and passes each on with its
 * peer's CID. Thread-safe.
 */
public final class VsockAcceptor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VsockAcceptor.class);
    private static final String THREAD = "vsock-acceptor";
    private static final int BACKLOG = 1024;

    /**
     * The names of listeners that systemd hands over: from clamd-vproxy.socket, and from an earlier
     * run.
     */
    private static final String OF_SOCKET_UNIT = "vsock";

    private static final String OF_EARLIER_RUN = "vsock-of-daemon";

    private final VsockListener listener;
    private final boolean isolated;
    private final ListenerStatus status;
    private final Sink accepted;
    private final AcceptPause pause = new AcceptPause("vsock");
    private final Thread thread;
    private volatile boolean closed;

    /** Takes over accepted connections; must not block. */
    @FunctionalInterface
    public interface Sink {
        /** Takes over a connection from the peer that the kernel identifies by this CID. */
        void accept(long cid, StreamSocket socket);
    }

    /**
     * Starts accepting, on a handed-over listener if it has this port, else on a new one.
     *
     * @param cid the local CID to listen on, 2 on a host, or {@link VsockListener#ANY_CID}
     * @param store holds the handed-over listeners, and keeps the one that is opened here
     * @throws IOException if the port is taken or there is no vsock
     */
    public VsockAcceptor(long cid, int port, ListenerStore store, Sink accepted)
            throws IOException {
        Optional<VsockListener> ofSocketUnit = handedOver(OF_SOCKET_UNIT, cid, port, store);
        Optional<VsockListener> handedOver =
                ofSocketUnit.or(() -> handedOver(OF_EARLIER_RUN, cid, port, store));
        this.listener =
                handedOver.isPresent() ? handedOver.get() : VsockListener.bind(cid, port, BACKLOG);
        if (handedOver.isEmpty()) {
            store.keep(OF_EARLIER_RUN, listener.descriptor());
        }
        this.isolated = ofSocketUnit.isEmpty() && VsockNamespace.isLocal();
        this.status =
                new ListenerStatus(
                        address(listener.cid(), port)
                                + (isolated ? ", of this network namespace" : ""),
                        1,
                        handedOver.isPresent() ? 1 : 0,
                        handedOver.isPresent() || store.keeps());
        this.accepted = accepted;
        this.thread = SupervisorThreads.start(THREAD, this::run);
    }

    /**
     * Whether only VMs whose VMM runs in the daemon's network namespace can connect. A socket unit
     * listens in systemd's namespace, wherever the daemon runs.
     */
    public boolean isIsolated() {
        return isolated;
    }

    private static Optional<VsockListener> handedOver(
            String name, long cid, int port, ListenerStore store) {
        Optional<VsockListener> found = Optional.empty();
        for (int number : store.take(name)) {
            try {
                VsockListener listener = VsockListener.adopt(number);
                String address = address(listener.cid(), listener.port());
                boolean asConfigured = listener.port() == port && listener.cid() == cid;
                if (name.equals(OF_EARLIER_RUN) && !asConfigured) {
                    // the configuration has changed, and the daemon opened this listener itself
                    listener.close();
                    continue;
                }
                if (listener.port() != port || found.isPresent()) {
                    log.warn(
                            "systemd listens on {}, and this daemon on {}; put that into"
                                    + " ListenStream by systemctl edit clamd-vproxy.socket, or mask"
                                    + " that unit",
                            address,
                            address(cid, port));
                    listener.close();
                    continue;
                }
                if (listener.cid() != cid) {
                    log.warn(
                            "systemd listens on {}, not on {}: ListenStream of clamd-vproxy.socket"
                                    + " holds",
                            address,
                            address(cid, port));
                }
                found = Optional.of(listener);
            } catch (IOException e) {
                log.warn(
                        "the socket \"{}\" that systemd handed over is not used: {}",
                        name,
                        e.getMessage());
            }
        }
        if (found.isEmpty() && name.equals(OF_EARLIER_RUN)) {
            store.forget(name);
        }
        return found;
    }

    private static String address(long cid, long port) {
        return "vsock %s:%d".formatted(cid == VsockListener.ANY_CID ? "any" : cid, port);
    }

    /** Returns where this acceptor listens. */
    public ListenerStatus status() {
        return status;
    }

    /** Returns the loop that accepts connections. */
    public Loop loop() {
        return Loop.counting(THREAD, listener::looks);
    }

    private void run() {
        while (!closed) {
            try {
                VsockConnection connection = listener.accept();
                pause.accepted();
                hand(connection);
            } catch (IOException e) {
                if (!closed) {
                    pause.failed(e);
                }
            }
        }
    }

    private void hand(VsockConnection connection) {
        StreamSocket socket = new ChannelSocket(connection.channel());
        try {
            accepted.accept(connection.peerCid(), socket);
        } catch (RuntimeException | OutOfMemoryError e) {
            // a failure of one connection must not stop accepting for all guests
            socket.close();
            log.error("a connection from CID {} was lost", connection.peerCid(), e);
        }
    }

    /** Stops accepting; accepted connections stay open. */
    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        SupervisorThreads.join(thread);
    }
}
