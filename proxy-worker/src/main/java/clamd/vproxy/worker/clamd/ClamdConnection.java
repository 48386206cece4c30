package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A connection to clamd. Unlike a guest's, it can outlive the session that opened it: clamd
 * continues to scan what it has received, and only the connection shows when the scan ends. So
 * another thread can wake the owner without harm to the connection, and the owner can poll it
 * without waiting.
 */
public interface ClamdConnection extends StreamSocket {
    /**
     * Makes the connection interruptible: from now on {@link #interrupt} ends a read or a write
     * with an {@link java.io.InterruptedIOException}. Owner only.
     *
     * @throws IOException if the connection is lost, or there are no descriptors for it
     */
    void makeInterruptible() throws IOException;

    /**
     * Ends the owner's current or next read or write, and all later ones. Any thread; harmless when
     * repeated or late.
     */
    void interrupt();

    /**
     * Waits until something can be read or the stream has ended, for {@code limit} at most; may
     * return spuriously. Owner only, after {@link #makeInterruptible}.
     *
     * @return false if nothing can be read yet
     * @throws java.io.InterruptedIOException after {@link #interrupt}
     * @throws IOException if the connection is lost
     */
    boolean awaitReadable(Duration limit) throws IOException;

    /**
     * Reads the available bytes without waiting, also after {@link #interrupt}. Owner only, after
     * {@link #makeInterruptible}.
     *
     * @return the number of bytes, 0 if nothing is available, or -1 at the end of the stream
     * @throws IOException if the connection is lost
     */
    int readNow(ByteBuffer target) throws IOException;
}
