package clamd.vproxy.supervisor.connections.vsock;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.newsclub.net.unix.AFSocket;
import org.newsclub.net.unix.AFSocketChannel;
import org.newsclub.net.unix.AFVSOCKSocketAddress;
import org.newsclub.net.unix.AddressAlreadyInUseSocketException;
import org.newsclub.net.unix.AddressUnavailableSocketException;
import org.newsclub.net.unix.OperationNotSupportedSocketException;

/**
 * A listening AF_VSOCK socket. Thread-safe: one thread accepts, any thread may close.
 *
 * <p>Neither shutdown(2) nor close(2) ends an accept(2) on a listening vsock socket (the kernel's
 * vsock_shutdown answers ENOTCONN; both measured on Linux 6.1), and a descriptor closed under a
 * thread that is about to enter the kernel with it may by then be another connection's. So accept
 * wakes up a few times a second, and the descriptor is closed only while no accept uses it.
 */
public final class VsockListener implements AutoCloseable {
    /** Binds to every CID of this host (VMADDR_CID_ANY, vsock(7)). */
    public static final long ANY_CID = 0xFFFF_FFFFL;

    /** The host's CID, as its guests address it (vsock(7), VMADDR_CID_HOST). */
    private static final long HOST_CID = 2;

    /** How long a blocked accept may take to notice a close, in milliseconds. */
    private static final int WAKE_MILLIS = 200;

    /**
     * The first port that can be bound without CAP_NET_BIND_SERVICE (LAST_RESERVED_PORT in the
     * kernel's af_vsock.c).
     */
    private static final long FIRST_UNPRIVILEGED_PORT = 1024;

    private final VsockServerSocket socket;

    /** Held during each accept and by close, so that the two never use the descriptor at once. */
    private final ReentrantLock descriptorInUse = new ReentrantLock();

    private final AtomicLong looks = new AtomicLong();
    private volatile boolean closed;

    private VsockListener(VsockServerSocket socket) {
        this.socket = socket;
    }

    /**
     * Opens a listening socket.
     *
     * @param cid the local CID to accept for, 0 to 4294967295; usually {@link #ANY_CID}
     * @param port the vsock port, 0 to 4294967294; below 1024 it needs CAP_NET_BIND_SERVICE
     * @param backlog how many connections may wait to be accepted, at least 1
     * @throws IOException with a one-line message that says what is wrong and what to do: the port
     *     is taken, the kernel has no vsock, the CID is not this host's, the port needs a
     *     privilege, or junixsocket's native library cannot be loaded
     */
    public static VsockListener bind(long cid, long port, int backlog) throws IOException {
        VsockServerSocket socket = null;
        try {
            AFSocket.ensureSupported();
            socket = new VsockServerSocket(null);
            socket.bind(AFVSOCKSocketAddress.ofPortAndCID((int) port, (int) cid), backlog);
            socket.setSoTimeout(WAKE_MILLIS);
            return new VsockListener(socket);
        } catch (IOException | UnsupportedOperationException e) {
            if (socket != null) {
                socket.close();
            }
            throw new IOException(
                    "Cannot listen on vsock port %d: %s".formatted(port, advice(e, cid, port)), e);
        }
    }

    /**
     * Takes over a listening socket, such as one from systemd.
     *
     * @param number the number of its descriptor
     * @throws IOException if it is not a listening AF_VSOCK socket
     */
    public static VsockListener adopt(int number) throws IOException {
        VsockServerSocket socket = VsockServerSocket.listening(Descriptors.of(number));
        socket.setSoTimeout(WAKE_MILLIS);
        return new VsockListener(socket);
    }

    private static String advice(Exception e, long cid, long port) {
        return switch (e) {
            case AddressAlreadyInUseSocketException _ ->
                    "it is taken; find its owner with 'ss --vsock -lp' or choose another port";
            case AddressUnavailableSocketException _ ->
                    cid == HOST_CID
                            ? "the host has no vsock CID until the vhost_vsock module is loaded;"
                                    + " try 'modprobe vhost_vsock'"
                            : "this host does not have the CID %d; use %d for all it has"
                                    .formatted(cid, ANY_CID);
            case OperationNotSupportedSocketException _ ->
                    "this kernel has no vsock (%s); try 'modprobe vhost_vsock'"
                            .formatted(e.getMessage());
            // from AFSocket.ensureSupported
            case UnsupportedOperationException _ ->
                    "junixsocket's native library cannot be loaded (%s)".formatted(e.getMessage());
            default ->
                    port < FIRST_UNPRIVILEGED_PORT
                            ? e.getMessage() + "; ports below 1024 need CAP_NET_BIND_SERVICE"
                            : e.toString();
        };
    }

    /**
     * Waits for the next connection.
     *
     * @throws ClosedChannelException when the listener is closed, at most 200 ms later
     * @throws IOException when the kernel refuses, for example for lack of descriptors; the
     *     connection stays in the backlog
     */
    public VsockConnection accept() throws IOException {
        while (true) {
            looks.incrementAndGet();
            Optional<VsockConnection> connection = acceptOnce();
            if (connection.isPresent()) {
                return connection.get();
            }
        }
    }

    /** Returns the local CID, 0 to 4294967295. */
    public long cid() {
        return Integer.toUnsignedLong(address().getVSOCKCID());
    }

    /** Returns the port, 0 to 4294967295. */
    public long port() {
        return Integer.toUnsignedLong(address().getVSOCKPort());
    }

    private AFVSOCKSocketAddress address() {
        return Objects.requireNonNull(socket.getLocalSocketAddress());
    }

    /** Returns the descriptor, for a store that keeps the socket open. */
    public FileDescriptor descriptor() throws IOException {
        return socket.getFileDescriptor();
    }

    /**
     * Returns how often this listener has polled for a connection; grows steadily while a thread
     * accepts.
     */
    public long looks() {
        return looks.get();
    }

    private Optional<VsockConnection> acceptOnce() throws IOException {
        descriptorInUse.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            AFSocketChannel<AFVSOCKSocketAddress> channel = socket.getChannel().accept();
            return channel == null ? Optional.empty() : withPeer(channel);
        } catch (SocketTimeoutException _) {
            return Optional.empty();
        } finally {
            descriptorInUse.unlock();
        }
    }

    /** Looks up the peer; empty if it disconnected before the kernel could name it. */
    private static Optional<VsockConnection> withPeer(AFSocketChannel<AFVSOCKSocketAddress> channel)
            throws IOException {
        AFVSOCKSocketAddress peer = channel.getRemoteAddress();
        if (peer == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(
                new VsockConnection(channel, Integer.toUnsignedLong(peer.getVSOCKCID())));
    }

    /**
     * Stops listening: ends a blocked accept, waiting up to 200 ms for it. Other processes that
     * have the socket keep listening (a listening vsock socket cannot be shut down). Closing again
     * does nothing.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        descriptorInUse.lock();
        try {
            socket.close();
        } finally {
            descriptorInUse.unlock();
        }
    }
}
