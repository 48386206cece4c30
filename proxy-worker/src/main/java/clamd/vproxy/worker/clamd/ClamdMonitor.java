package clamd.vproxy.worker.clamd;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.ReplyParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks one clamd regularly with a PING on a separate connection, while a thread runs {@link
 * #run}. Each clamd has its own monitor, so that a silent clamd does not hide the return of
 * another.
 *
 * <p>A clamd that loads its signatures behind a systemd socket, or reloads them with {@code
 * ConcurrentDatabaseReload no}, accepts connections into its backlog and answers nothing. It counts
 * as down, like one that does not run: a stream sent to it would only wait there, on the guest's
 * time, while another clamd may be free. It is up again with its first answer.
 *
 * <p>{@link #close} may be called by any thread, everything else by the monitor's own thread only.
 */
public final class ClamdMonitor implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClamdMonitor.class);
    private static final byte[] PING = "zPING\0".getBytes(StandardCharsets.US_ASCII);

    /**
     * The longest answer that is read. PONG with its terminator has 5 bytes; a longer text is not a
     * valid answer.
     */
    private static final int LONGEST_ANSWER_BYTES = 64;

    private static final byte[] STREAM = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);

    private static final String FINDS_NOTHING =
            "it does not find the EICAR test file, its signatures are missing or broken: it answers %s";

    private final ClamdHealth health;
    private final Duration answerLimit;
    private final Optional<Duration> selfTest;
    private final CountDownLatch firstCheck = new CountDownLatch(1);

    /**
     * When clamd last detected the self-test file; empty after a failure. Confined to the thread.
     */
    private OptionalLong foundNanos = OptionalLong.empty();

    private final LongSupplier nanoClock;
    private volatile @Nullable ClamdConnection asking;
    private volatile boolean closed;

    ClamdMonitor(ClamdHealth health, HealthTimes times, LongSupplier nanoClock) {
        this.health = health;
        this.answerLimit = times.answerLimit();
        this.selfTest = times.selfTest();
        this.nanoClock = nanoClock;
    }

    /** Checks clamd whenever a check is due, until {@link #close}. */
    @Override
    public void run() {
        if (selfTest.isPresent()) {
            // sessions must not use a clamd that detects nothing, not even for a moment
            check();
        }
        while (health.awaitCheck()) {
            check();
        }
    }

    /** Waits until the first check is done, for {@code limit} at most. Any thread. */
    public void awaitFirstCheck(Duration limit) throws InterruptedException {
        boolean _ = firstCheck.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Checks clamd once, now. */
    public void check() {
        try {
            ask();
        } catch (IOException e) {
            health.notAsked(String.valueOf(e.getMessage()));
        } catch (RuntimeException | OutOfMemoryError e) {
            // if the thread ended, nothing would notice that its clamd is back
            log.error("clamd could not be asked", e);
            health.notAsked(e.toString());
        } finally {
            firstCheck.countDown();
        }
    }

    private void ask() throws IOException {
        try {
            Optional<byte[]> answer = answerTo(ByteBuffer.wrap(PING), LONGEST_ANSWER_BYTES);
            if (answer.isEmpty()) {
                unanswered(
                        "it takes connections, but has not answered a PING for %d ms; it may be loading its signatures"
                                .formatted(answerLimit.toMillis()));
            } else if (ReplyParser.parse(Command.PING, answer.get()) instanceof Reply.Pong) {
                test();
            } else {
                unanswered("it answers a PING with something else, or nothing");
            }
        } catch (ClamdUnreachableException e) {
            foundNanos = OptionalLong.empty();
            health.unreachable(e);
        } catch (InterruptedIOException _) {
            // closed, so the outcome does not matter
        } catch (LostException e) {
            unanswered("the connection was lost: " + e.getMessage());
        }
    }

    private void unanswered(String reason) {
        foundNanos = OptionalLong.empty();
        health.unanswered(reason);
    }

    /**
     * Sends the EICAR test file if a self-test is due. The self-test uses one of the threads that
     * guests' scans mostly leave free; if others keep those busy, this self-test has no result.
     */
    private void test() throws IOException {
        if (selfTest.isEmpty() || !isTestDue(selfTest.get())) {
            health.answered();
            return;
        }
        byte[] file = EicarFile.bytes();
        ByteBuffer request =
                ByteBuffer.allocate(STREAM.length + 2 * Integer.BYTES + file.length)
                        .put(STREAM)
                        .putInt(file.length)
                        .put(file)
                        .putInt(0)
                        .flip();
        Optional<byte[]> answer;
        try {
            answer = answerTo(request, ReplyParser.LONGEST_REPLY_BYTES);
        } catch (ClamdUnreachableException | LostException e) {
            // it has answered the PING, and guests can cause a failure of this connection
            untested("a test file was not taken: " + e.getMessage());
            return;
        }
        if (answer.filter(bytes -> bytes.length > 0).isEmpty()) {
            untested("it has not scanned a test file within " + answerLimit.toMillis() + " ms");
            return;
        }
        switch (ReplyParser.parse(Command.INSTREAM, answer.get())) {
            case Reply.Infected _ -> {
                foundNanos = OptionalLong.of(nanoClock.getAsLong());
                health.answered();
            }
            case Reply.Failed(String text) -> untested("it has not scanned a test file: " + text);
            case Reply.Clean _ -> health.unreliable(FINDS_NOTHING.formatted("OK"));
            default -> health.unreliable(FINDS_NOTHING.formatted("nothing of its grammar"));
        }
    }

    private boolean isTestDue(Duration interval) {
        return foundNanos.isEmpty()
                || !health.isUp()
                || health.wasAway()
                || nanoClock.getAsLong() - foundNanos.getAsLong() >= interval.toNanos();
    }

    /**
     * Records a self-test without a result. An up clamd stays up, because guests may have kept it
     * busy; a down clamd stays down.
     */
    private void untested(String reason) {
        if (health.isUp()) {
            log.debug("clamd at {}: {}", health.clamd().endpoint(), reason);
            health.answered();
        } else {
            health.unanswered(reason);
        }
    }

    /**
     * Sends a request on a separate connection and returns clamd's answer; empty if that takes too
     * long.
     *
     * @throws LostException if the connection is lost
     * @throws IOException if the request could not be sent for a local reason
     */
    private Optional<byte[]> answerTo(ByteBuffer request, int longest) throws IOException {
        try (ClamdConnection connection = health.clamd().endpoint().connect(answerLimit)) {
            connection.makeInterruptible();
            asking = connection;
            if (closed) {
                throw new InterruptedIOException("closed");
            }
            ByteBuffer answer = ByteBuffer.allocate(longest);
            return exchange(connection, request, answer)
                    ? Optional.of(ClamdAnswer.bytes(answer))
                    : Optional.empty();
        } finally {
            asking = null;
        }
    }

    private boolean exchange(ClamdConnection connection, ByteBuffer request, ByteBuffer answer)
            throws IOException {
        try {
            connection.write(request);
            return ClamdAnswer.read(connection, answer, answerLimit, nanoClock);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new LostException(e);
        }
    }

    /** Reports that clamd accepted the connection but did not keep it. */
    private static final class LostException extends IOException {
        private static final long serialVersionUID = 1;

        LostException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Ends {@link #run} soon; a running connect ends at its time limit. */
    @Override
    public void close() {
        closed = true;
        health.close();
        ClamdConnection waitedFor = asking;
        if (waitedFor != null) {
            waitedFor.interrupt();
        }
    }
}
