package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Reads clamd's one-line answer to a request of the daemon itself. Static functions only. */
final class ClamdAnswer {
    private ClamdAnswer() {}

    /**
     * Reads to the terminator, the end of the stream or the end of {@code answer}.
     *
     * @param connection interruptible, and owned by the caller
     * @return false if that takes longer than {@code limit}
     * @throws IOException if the connection is lost or was interrupted
     */
    static boolean read(
            ClamdConnection connection, ByteBuffer answer, Duration limit, LongSupplier nanoClock)
            throws IOException {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        int count = 0;
        while (count >= 0 && answer.hasRemaining() && !endsWithNul(answer)) {
            long left = deadline - nanoClock.getAsLong();
            if (left <= 0) {
                return false;
            }
            if (connection.awaitReadable(Duration.ofNanos(left))) {
                count = connection.readNow(answer);
            }
        }
        return true;
    }

    /** Returns the bytes that were read, including the terminator. */
    static byte[] bytes(ByteBuffer answer) {
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        return bytes;
    }

    private static boolean endsWithNul(ByteBuffer received) {
        return received.position() > 0 && received.get(received.position() - 1) == 0;
    }
}
