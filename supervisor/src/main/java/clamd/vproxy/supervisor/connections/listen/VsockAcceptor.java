package clamd.vproxy.supervisor.connections.listen;

import clamd.vproxy.supervisor.base.sockets.AcceptPause;
import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.connections.vsock.VsockConnection;
import clamd.vproxy.supervisor.connections.vsock.VsockListener;
import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts AF_VSOCK connections on the thread {@code vsock-acceptor} and hands each on with its
 * peer's CID. Thread-safe.
 */
public final class VsockAcceptor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VsockAcceptor.class);
    private static final String THREAD = "vsock-acceptor";
    private static final int BACKLOG = 1024;

    private final VsockListener listener;
    private final Sink accepted;
    private final AcceptPause pause = new AcceptPause("vsock");
    private final Thread thread;
    private volatile boolean closed;

    /** Takes over connections; must not block. */
    @FunctionalInterface
    public interface Sink {
        /** A connection came in from the peer that the kernel knows by this CID. */
        void accept(long cid, StreamSocket socket);
    }

    /**
     * Binds and starts to accept.
     *
     * @param cid the local CID to listen on, 2 on a host, or {@link VsockListener#ANY_CID}
     * @throws IOException if the port is taken or there is no vsock
     */
    public VsockAcceptor(long cid, int port, Sink accepted) throws IOException {
        this.listener = VsockListener.bind(cid, port, BACKLOG);
        this.accepted = accepted;
        this.thread = SupervisorThreads.start(THREAD, this::run);
    }

    /** The loop that accepts. */
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
            // one connection's trouble must not end accepting for all guests
            socket.close();
            log.error("a connection from CID {} was lost", connection.peerCid(), e);
        }
    }

    /** Stops accepting; connections that were accepted live on. */
    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        SupervisorThreads.join(thread);
    }
}
