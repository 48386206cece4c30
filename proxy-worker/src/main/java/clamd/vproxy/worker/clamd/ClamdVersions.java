package clamd.vproxy.worker.clamd;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.ReplyParser;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each clamd that is up for its version, once a minute: a reload of the signatures changes it.
 * This does not decide whether clamd is up, because VERSION may be disabled there.
 *
 * <p>One thread runs {@link #run}; any thread may call the other methods.
 */
public final class ClamdVersions implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClamdVersions.class);
    private static final byte[] VERSION = "zVERSION\0".getBytes(StandardCharsets.US_ASCII);
    private static final Duration PERIOD = Duration.ofMinutes(1);

    /**
     * The longest answer that is read; {@code ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026} has 43
     * bytes.
     */
    private static final int LONGEST_ANSWER_BYTES = 256;

    private final List<ClamdHealth> healths;
    private final Duration answerLimit;
    private final LongSupplier nanoClock;
    private final Map<String, SignatureVersion> known = new ConcurrentHashMap<>();
    private volatile @Nullable ClamdConnection asking;

    @GuardedBy("this")
    private boolean closed;

    ClamdVersions(List<ClamdHealth> healths, Duration answerLimit, LongSupplier nanoClock) {
        this.healths = healths;
        this.answerLimit = answerLimit;
        this.nanoClock = nanoClock;
    }

    /**
     * Returns the version that the clamd at {@code endpoint} last reported; empty if it is unknown
     * or clamd did not report it when asked.
     */
    public Optional<SignatureVersion> of(String endpoint) {
        return Optional.ofNullable(known.get(endpoint));
    }

    /** Asks now and then once a minute, until {@link #close}. */
    @Override
    public void run() {
        while (!isClosed()) {
            askAll();
            awaitNextTime();
        }
    }

    /**
     * Asks each clamd that is up, one after the other.
     *
     * @return the versions by endpoint; empty for a clamd that did not report one
     */
    public Map<String, Optional<SignatureVersion>> askAll() {
        Map<String, Optional<SignatureVersion>> answers = new HashMap<>();
        for (ClamdHealth health : healths) {
            if (health.isUp() && !isClosed()) {
                ClamdEndpoint endpoint = health.clamd().endpoint();
                answers.put(endpoint.toString(), ask(endpoint));
            }
        }
        return answers;
    }

    private Optional<SignatureVersion> ask(ClamdEndpoint endpoint) {
        try {
            Optional<SignatureVersion> answer = answer(endpoint);
            answer.ifPresentOrElse(
                    version -> known.put(endpoint.toString(), version),
                    () -> known.remove(endpoint.toString()));
            return answer;
        } catch (IOException e) {
            // as far as is known, the version that it reported before still holds
            log.debug("clamd at {} did not tell its version: {}", endpoint, e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) {
            log.error("clamd at {} could not be asked for its version", endpoint, e);
        }
        return Optional.empty();
    }

    private Optional<SignatureVersion> answer(ClamdEndpoint endpoint) throws IOException {
        try (ClamdConnection connection = endpoint.connect(answerLimit)) {
            connection.makeInterruptible();
            asking = connection;
            if (isClosed()) {
                throw new IOException("closed");
            }
            connection.write(ByteBuffer.wrap(VERSION));
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER_BYTES);
            if (!ClamdAnswer.read(connection, answer, answerLimit, nanoClock)) {
                throw new IOException("no answer within " + answerLimit.toMillis() + " ms");
            }
            Reply reply = ReplyParser.parse(Command.VERSION, ClamdAnswer.bytes(answer));
            return reply instanceof Reply.Version(String text)
                    ? SignatureVersion.parse(text)
                    : Optional.empty();
        } finally {
            asking = null;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void awaitNextTime() {
        long deadline = nanoClock.getAsLong() + PERIOD.toNanos();
        try {
            long left = PERIOD.toNanos();
            while (!closed && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - nanoClock.getAsLong();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** Ends {@link #run} soon; a running connect ends at its time limit. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        ClamdConnection waitedFor = asking;
        if (waitedFor != null) {
            waitedFor.interrupt();
        }
    }
}
