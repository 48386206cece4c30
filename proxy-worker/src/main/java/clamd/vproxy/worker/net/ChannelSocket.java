package clamd.vproxy.worker.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link StreamSocket} over a socket channel: TCP and Unix sockets of the JDK, AF_VSOCK of
 * junixsocket.
 */
public final class ChannelSocket implements StreamSocket {
    private static final Logger log = LoggerFactory.getLogger(ChannelSocket.class);

    private final SocketChannel channel;

    /**
     * The lock that keeps a shutdown from reaching a descriptor number that close has just freed.
     */
    private final Object closing = new Object();

    @GuardedBy("closing")
    private boolean closed;

    /** Owner only. */
    private boolean blocking;

    /** Takes over {@code channel}, which must be connected; it may be in either blocking mode. */
    public ChannelSocket(SocketChannel channel) {
        this.channel = channel;
        this.blocking = channel.isBlocking();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        makeBlocking();
        try {
            return channel.read(target);
        } catch (NotYetConnectedException e) {
            throw disconnected(e);
        }
    }

    /** Put off until the first wait, because some sockets never wait here. */
    private void makeBlocking() throws IOException {
        if (!blocking) {
            channel.configureBlocking(true);
            blocking = true;
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        makeBlocking();
        try {
            while (source.hasRemaining()) {
                channel.write(source);
            }
        } catch (NotYetConnectedException e) {
            throw disconnected(e);
        }
    }

    @Override
    public void shutdownInput() {
        synchronized (closing) {
            if (!closed) {
                quietly(channel::shutdownInput);
            }
        }
    }

    @Override
    public void shutdownOutput() {
        synchronized (closing) {
            if (!closed) {
                quietly(channel::shutdownOutput);
            }
        }
    }

    @Override
    public void close() {
        synchronized (closing) {
            closed = true;
            quietly(channel::close);
        }
    }

    /**
     * Translates junixsocket's exception for ENOTCONN, which the kernel also reports once the peer
     * has gone.
     */
    private static IOException disconnected(NotYetConnectedException cause) {
        return new IOException("not connected any more", cause);
    }

    private interface SocketCall {
        void run() throws IOException;
    }

    private static void quietly(SocketCall call) {
        try {
            call.run();
        } catch (IOException e) {
            // the peer closed first; the owner's next read or write reports it
            log.debug("socket was gone already", e);
        }
    }
}
