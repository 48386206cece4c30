package clamd.vproxy.worker.clamd;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.ReplyParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one clamd again and again whether it is there, by a PING on a connection of its own; it runs
 * once a thread enters {@link #run}. Each clamd has its own, so that one that is silent does not
 * keep the return of another from being seen.
 *
 * <p>A clamd that loads its signatures behind a systemd socket, or reloads them with {@code
 * ConcurrentDatabaseReload no}, takes connections into its backlog and answers nothing. It is down
 * like one that is not there: what would be sent to it now would only wait there, on the guest's
 * time, while another clamd may be free. It comes up with its first answer.
 *
 * <p>{@link #close} is for any thread, the rest for that which runs it.
 */
public final class ClamdMonitor implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClamdMonitor.class);
    private static final byte[] PING = "zPING\0".getBytes(StandardCharsets.US_ASCII);

    /** A PONG with its terminator has five; more than this is no answer whatever it says. */
    private static final int LONGEST_ANSWER_BYTES = 64;

    private final ClamdHealth health;
    private final Duration answerLimit;
    private final LongSupplier nanoClock;
    private volatile @Nullable ClamdConnection asking;
    private volatile boolean closed;

    ClamdMonitor(ClamdHealth health, HealthTimes times, LongSupplier nanoClock) {
        this.health = health;
        this.answerLimit = times.answerLimit();
        this.nanoClock = nanoClock;
    }

    /** Asks whenever it is time, until {@link #close}. */
    @Override
    public void run() {
        while (health.awaitCheck()) {
            check();
        }
    }

    /** Asks once, now. */
    public void check() {
        try {
            ask();
        } catch (IOException e) {
            health.notAsked(String.valueOf(e.getMessage()));
        } catch (RuntimeException | OutOfMemoryError e) {
            // if the thread ended, its clamd would never be seen to come back
            log.error("clamd could not be asked", e);
            health.notAsked(e.toString());
        }
    }

    private void ask() throws IOException {
        ClamdConnection connection;
        try {
            connection = health.clamd().endpoint().connect(answerLimit);
        } catch (ClamdUnreachableException e) {
            health.unreachable(e);
            return;
        }
        try (connection) {
            connection.makeInterruptible();
            asking = connection;
            if (closed) {
                return;
            }
            hear(connection);
        } finally {
            asking = null;
        }
    }

    private void hear(ClamdConnection connection) {
        try {
            connection.write(ByteBuffer.wrap(PING));
            ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER_BYTES);
            if (!ClamdAnswer.read(connection, answer, answerLimit, nanoClock)) {
                health.unanswered(
                        "it takes connections, but has not answered a PING for %d ms; it may be loading its signatures"
                                .formatted(answerLimit.toMillis()));
            } else if (isPong(answer)) {
                health.answered();
            } else {
                health.unanswered("it answers a PING with something else, or nothing");
            }
        } catch (InterruptedIOException _) {
            // closed, so nobody wants to know
        } catch (IOException e) {
            health.unanswered("the connection was lost: " + e.getMessage());
        }
    }

    private static boolean isPong(ByteBuffer answer) {
        return ReplyParser.parse(Command.PING, ClamdAnswer.bytes(answer)) instanceof Reply.Pong;
    }

    /** Ends {@link #run} soon; one that is just connecting ends when its time to do so is over. */
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
