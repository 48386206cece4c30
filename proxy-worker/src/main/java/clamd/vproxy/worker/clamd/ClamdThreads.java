package clamd.vproxy.worker.clamd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a running clamd for its number of scan threads: it may have started with another
 * configuration than the file has now. For administrators' commands; guests cannot trigger it.
 * Static function only.
 */
public final class ClamdThreads {
    private static final byte[] STATS = "zSTATS\0".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ANSWER_BYTES = 64 << 10;

    /** {@code clamd/thrmgr.c} prints a line for each pool; the first is that of the scans. */
    private static final Pattern THREADS = Pattern.compile("(?m)^THREADS: .*\\bmax (\\d{1,6})\\b");

    private ClamdThreads() {}

    /**
     * Returns the MaxThreads that clamd uses; empty if clamd does not report it, as with
     * EnableStatsCommand off.
     *
     * @throws IOException if clamd does not answer within {@code limit}
     */
    public static OptionalInt inForce(ClamdEndpoint clamd, Duration limit, LongSupplier nanoClock)
            throws IOException {
        try (ClamdConnection connection = clamd.connect(limit)) {
            connection.makeInterruptible();
            connection.write(ByteBuffer.wrap(STATS));
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER_BYTES);
            if (!ClamdAnswer.read(connection, answer, limit, nanoClock)) {
                throw new IOException(
                        "clamd at %s does not answer within %d ms"
                                .formatted(clamd, limit.toMillis()));
            }
            Matcher threads =
                    THREADS.matcher(
                            new String(ClamdAnswer.bytes(answer), StandardCharsets.ISO_8859_1));
            return threads.find()
                    ? OptionalInt.of(Integer.parseInt(threads.group(1)))
                    : OptionalInt.empty();
        }
    }
}
