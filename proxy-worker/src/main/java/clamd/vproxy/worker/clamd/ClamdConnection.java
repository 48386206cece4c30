package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A connection to clamd. Unlike a guest's, it can outlive the session that opened it: clamd goes on
 * scanning what it has, and only on the connection is to be seen when it is done. So its owner can
 * be woken without harm to the connection, and it can be looked at without waiting.
 */
public interface ClamdConnection extends StreamSocket {
    /**
     * From now on {@link #interrupt} ends a read or a write with an {@link
     * java.io.InterruptedIOException}. Owner only.
     *
     * @throws IOException if the connection is lost, or there are no descriptors for it
     */
    void makeInterruptible() throws IOException;

    /**
     * Ends the owner's read or write, the running one or else the next, and all after it. Any
     * thread; harmless when repeated or late.
     */
    void interrupt();

    /**
     * Waits until something can be read, or the stream has ended, for {@code limit} at most, and at
     * times for nothing. Owner only, after {@link #makeInterruptible}.
     *
     * @return false if nothing can be read yet
     * @throws java.io.InterruptedIOException after {@link #interrupt}
     * @throws IOException if the connection is lost
     */
    boolean awaitReadable(Duration limit) throws IOException;

    /**
     * Reads what is there without waiting, also after {@link #interrupt}. Owner only, after {@link
     * #makeInterruptible}.
     *
     * @return the number of bytes, 0 if nothing is there, or -1 at the end of the stream
     * @throws IOException if the connection is lost
     */
    int readNow(ByteBuffer target) throws IOException;
}
