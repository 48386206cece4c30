package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.net.ChannelSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection over a socket channel of the JDK. Uploads use blocking reads and writes, which are
 * faster; only the interruptible wait uses a selector.
 */
final class ChannelConnection implements ClamdConnection {
    /**
     * Lets the relay run ahead of clamd's reads instead of alternating with them; the kernel caps
     * it at net.core.wmem_max (socket(7)). TCP sizes its buffers itself.
     */
    private static final int SEND_BUFFER_BYTES = 1 << 20;

    private static final int SMALL_BYTES = 4 << 10;

    private final SocketChannel channel;
    private final ChannelSocket socket;
    private final SelectorPool selectors;
    private volatile @Nullable Selector selector;
    private volatile boolean interrupted;

    /** Owner only. */
    private boolean sendBufferSet;

    /** Takes over {@code channel}, which must be connected; it may be in either blocking mode. */
    ChannelConnection(SocketChannel channel, SelectorPool selectors) {
        this.channel = channel;
        this.selectors = selectors;
        this.socket = new ChannelSocket(channel);
    }

    @Override
    public void makeInterruptible() throws IOException {
        selector = selectors.lend();
        channel.configureBlocking(false);
    }

    @Override
    public void interrupt() {
        interrupted = true;
        Selector waitedAt = selector;
        if (waitedAt != null) {
            waitedAt.wakeup();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        Selector waitAt = selector;
        if (waitAt == null) {
            return socket.read(target);
        }
        while (true) {
            throwIfInterrupted();
            int count = channel.read(target);
            if (count != 0) {
                return count;
            }
            await(waitAt, SelectionKey.OP_READ);
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        Selector waitAt = selector;
        if (waitAt == null) {
            growSendBuffer(source.remaining());
            socket.write(source);
            return;
        }
        while (source.hasRemaining()) {
            throwIfInterrupted();
            if (channel.write(source) == 0) {
                await(waitAt, SelectionKey.OP_WRITE);
            }
        }
    }

    /** Small requests are spared the call: they fit into any buffer. */
    private void growSendBuffer(int bytes) throws IOException {
        if (!sendBufferSet && bytes > SMALL_BYTES) {
            sendBufferSet = true;
            if (channel.getLocalAddress() instanceof UnixDomainSocketAddress) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
            }
        }
    }

    /**
     * Waits until the operation is worth another attempt, or an interrupt; may return spuriously.
     */
    private void await(Selector waitAt, int operation) throws IOException {
        channel.register(waitAt, operation);
        waitAt.select();
        waitAt.selectedKeys().clear();
    }

    private void throwIfInterrupted() throws InterruptedIOException {
        if (interrupted) {
            throw new InterruptedIOException("called away");
        }
    }

    @Override
    public boolean awaitReadable(Duration limit) throws IOException {
        Selector waitAt = selector;
        if (waitAt == null) {
            throw new IllegalStateException("not interruptible yet");
        }
        throwIfInterrupted();
        channel.register(waitAt, SelectionKey.OP_READ);
        int ready = waitAt.select(Math.max(1, limit.toMillis()));
        waitAt.selectedKeys().clear();
        throwIfInterrupted();
        return ready > 0;
    }

    @Override
    public int readNow(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void shutdownInput() {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() {
        socket.shutdownOutput();
    }

    @Override
    public void close() {
        Selector lent = selector;
        selector = null;
        if (lent != null) {
            leave(lent);
        }
        socket.close();
    }

    /**
     * Gives the selector back before the channel is closed: the JDK shuts a socket down first if a
     * selector still holds it, and keeps its descriptor.
     */
    private void leave(Selector lent) {
        SelectionKey key = channel.keyFor(lent);
        if (key != null) {
            key.cancel();
        }
        selectors.takeBack(lent);
    }
}
