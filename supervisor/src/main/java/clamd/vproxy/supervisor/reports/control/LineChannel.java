package clamd.vproxy.supervisor.reports.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Reads and writes lines over a connection, with a limit on the time and length of each. Confined
 * to one thread.
 */
final class LineChannel implements AutoCloseable {
    private static final int BUFFER_BYTES = 4096;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final LongSupplier nanoClock;

    /** The bytes of the next line that have been read already, from 0 to the buffer's position. */
    private ByteBuffer read = ByteBuffer.allocate(BUFFER_BYTES);

    /** Takes over a connection, even if this constructor throws. */
    LineChannel(SocketChannel channel, LongSupplier nanoClock) throws IOException {
        this.channel = channel;
        this.nanoClock = nanoClock;
        Selector opened = null;
        try {
            channel.configureBlocking(false);
            opened = Selector.open();
            this.key = channel.register(opened, 0);
            this.selector = opened;
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
    }

    /** Thrown when a line is longer than allowed. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;

        TooLongException(int maxBytes) {
            super("a line has more than " + maxBytes + " bytes");
        }
    }

    /**
     * Reads the next line, without its end; empty if the peer has closed the connection between two
     * lines.
     *
     * @throws SocketTimeoutException if it is not complete within {@code limit}
     * @throws TooLongException if it has more than {@code maxBytes} bytes
     * @throws EOFException if the peer closes the connection within it
     */
    Optional<String> readLine(int maxBytes, Duration limit) throws IOException {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        int searched = 0;
        while (true) {
            for (; searched < read.position(); searched++) {
                if (read.get(searched) == '\n' && searched <= maxBytes) {
                    return Optional.of(takeLine(searched));
                }
            }
            if (searched > maxBytes) {
                throw new TooLongException(maxBytes);
            }
            if (!read.hasRemaining()) {
                read = ByteBuffer.allocate(2 * read.capacity()).put(read.flip());
            }
            await(SelectionKey.OP_READ, deadline);
            if (channel.read(read) < 0) {
                if (read.position() > 0) {
                    throw new EOFException("the other side ended within a line");
                }
                return Optional.empty();
            }
        }
    }

    private String takeLine(int end) {
        String line = new String(read.array(), 0, end, UTF_8);
        read.flip().position(end + 1);
        read.compact();
        return line;
    }

    /**
     * Sends a line.
     *
     * @throws SocketTimeoutException if the peer does not read it within {@code limit}
     */
    void writeLine(String line, Duration limit) throws IOException {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        byte[] bytes = line.getBytes(UTF_8);
        byte[] ended = Arrays.copyOf(bytes, bytes.length + 1);
        ended[bytes.length] = '\n';
        ByteBuffer rest = ByteBuffer.wrap(ended);
        while (rest.hasRemaining()) {
            if (channel.write(rest) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    private void await(int operation, long deadline) throws IOException {
        long left = deadline - nanoClock.getAsLong();
        if (left <= 0) {
            throw new SocketTimeoutException("the other side takes too long");
        }
        key.interestOps(operation);
        selector.select(Duration.ofNanos(left).toMillis() + 1);
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
