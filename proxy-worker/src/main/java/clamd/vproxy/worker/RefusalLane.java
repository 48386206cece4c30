package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells connections one after the other why they are not served, on one thread that exists while
 * there is somebody to tell. Each guest has a lane of its own: a guest that takes its refusals
 * slowly keeps only itself waiting.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class RefusalLane {
    private static final Logger log = LoggerFactory.getLogger(RefusalLane.class);

    /** How long a refused guest may take to say which terminator it expects. */
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(1);

    /** More than this are closed without a word, so that refusing costs a bounded amount. */
    private static final int MAX_PENDING = 64;

    private final String threadName;
    private final Consumer<SessionResult> results;

    @GuardedBy("this")
    private final ArrayDeque<Refusal> pending = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean running;

    private record Refusal(Session session, Termination reason) {}

    /**
     * @param results hears of each refusal's end, mostly on the lane's thread
     */
    public RefusalLane(String threadName, Consumer<SessionResult> results) {
        this.threadName = threadName;
        this.results = results;
    }

    /**
     * Tells {@code session}'s guest the reason soon, or closes it at once if that is impossible.
     */
    public void refuse(Session session, Termination reason) {
        if (!enqueue(new Refusal(session, reason))) {
            results.accept(session.abandon(reason));
        }
    }

    private synchronized boolean enqueue(Refusal refusal) {
        if (pending.size() >= MAX_PENDING) {
            return false;
        }
        pending.add(refusal);
        if (!running) {
            try {
                // here, where a lack of memory still leaves a way out
                ByteBuffer scratch = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
                WorkerThreads.start(threadName, () -> refuseAll(scratch));
                running = true;
            } catch (OutOfMemoryError _) {
                pending.remove(refusal);
                return false;
            }
        }
        return true;
    }

    private void refuseAll(ByteBuffer scratch) {
        Refusal refusal;
        while ((refusal = next()) != null) {
            SessionResult result = refusal.session.refuse(refusal.reason, COMMAND_LIMIT, scratch);
            try {
                results.accept(result);
            } catch (RuntimeException | OutOfMemoryError e) {
                // the others that wait here must still be told
                log.error("a refusal's result could not be handed on: {}", result, e);
            }
        }
    }

    private synchronized @Nullable Refusal next() {
        Refusal refusal = pending.poll();
        running = refusal != null;
        return refusal;
    }
}
