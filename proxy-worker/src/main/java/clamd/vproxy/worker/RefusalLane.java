package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends refused connections their text one after the other, on one thread that exists while there
 * are any. Each guest has a lane of its own: a guest that reads its refusals slowly keeps only
 * itself waiting.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class RefusalLane {
    private static final Logger log = LoggerFactory.getLogger(RefusalLane.class);

    /** How long a refused guest may take to say which terminator it expects. */
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(1);

    /** Further connections are closed without a text, so that refusing costs a bounded amount. */
    private static final int MAX_PENDING = 64;

    private final String threadName;
    private final Consumer<SessionResult> results;

    @GuardedBy("this")
    private final ArrayDeque<Refusal> pending = new ArrayDeque<>();

    /** Refused by a caller that holds a lock; {@link #settle} is to follow. */
    @GuardedBy("this")
    private final ArrayDeque<Refusal> decided = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean running;

    private record Refusal(Session session, Termination reason, Optional<String> detail) {}

    /**
     * @param results receives each refusal's end, mostly on the lane's thread
     */
    public RefusalLane(String threadName, Consumer<SessionResult> results) {
        this.threadName = threadName;
        this.results = results;
    }

    /**
     * Sends {@code session}'s guest the reason soon, or closes the connection at once if that is
     * impossible. No lock may be held.
     */
    public void refuse(Session session, Termination reason) {
        decide(session, reason, Optional.empty());
        settle();
    }

    /**
     * Decides what {@link #settle} carries out. Any lock may be held.
     *
     * @param detail more for the log
     */
    synchronized void decide(Session session, Termination reason, Optional<String> detail) {
        decided.add(new Refusal(session, reason, detail));
    }

    /** Carries out what was decided. No lock may be held: the listener may be called. */
    void settle() {
        Refusal refusal;
        while ((refusal = nextDecided()) != null) {
            if (!enqueue(refusal)) {
                results.accept(refusal.session.abandon(refusal.reason, refusal.detail));
            }
        }
    }

    private synchronized @Nullable Refusal nextDecided() {
        return decided.poll();
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
            SessionResult result =
                    refusal.session.refuse(refusal.reason, refusal.detail, COMMAND_LIMIT, scratch);
            try {
                results.accept(result);
            } catch (RuntimeException | Error e) {
                // the other connections that wait here must still get their text
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
