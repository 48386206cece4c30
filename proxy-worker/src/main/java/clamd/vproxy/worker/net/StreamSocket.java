package clamd.vproxy.worker.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One connected stream socket, in blocking mode.
 *
 * <p>It has one owner, the thread that reads, writes and closes it. Other threads may only call the
 * two shutdown methods, which wake the owner: if they closed the socket, its descriptor number
 * could belong to another guest's connection by the time the owner's read enters the kernel.
 */
public interface StreamSocket extends AutoCloseable {
    /**
     * Reads the available bytes into {@code target}, waiting for at least one. Owner only.
     *
     * @return the number of bytes, or -1 at the end of the stream or after {@link #shutdownInput}
     * @throws IOException if the connection is lost
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Writes all remaining bytes of {@code source}. Owner only.
     *
     * @throws IOException if the connection is lost, or after {@link #shutdownOutput}
     */
    void write(ByteBuffer source) throws IOException;

    /** Ends reading, waking a blocked {@link #read}. Any thread; harmless when repeated or late. */
    void shutdownInput();

    /**
     * Ends writing, waking a blocked {@link #write}. Any thread; harmless when repeated or late.
     */
    void shutdownOutput();

    /** Closes the socket. Owner only; harmless when repeated. */
    @Override
    void close();
}
