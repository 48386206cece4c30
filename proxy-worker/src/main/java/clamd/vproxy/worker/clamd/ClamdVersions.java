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
 * Whether clamd is up is not judged by this, for VERSION may be switched off there.
 *
 * <p>One thread runs it, the rest is for any thread.
 */
public final class ClamdVersions implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClamdVersions.class);
    private static final byte[] VERSION = "zVERSION\0".getBytes(StandardCharsets.US_ASCII);
    private static final Duration PERIOD = Duration.ofMinutes(1);

    /** {@code ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026} has 43. */
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
     * What the clamd there last said; nothing if it is not known, or has not said it when asked.
     */
    public Optional<SignatureVersion> of(String endpoint) {
        return Optional.ofNullable(known.get(endpoint));
    }

    /** Asks now and once a minute, until {@link #close}. */
    @Override
    public void run() {
        while (!isClosed()) {
            askAll();
            awaitNextTime();
        }
    }

    /**
     * Asks each that is up, one after the other.
     *
     * @return what they said now; nothing for one that was asked and did not say
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
            // what it said before still holds, for all that is known
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

    /** Ends {@link #run} soon; one that is just connecting ends when its time to do so is over. */
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
