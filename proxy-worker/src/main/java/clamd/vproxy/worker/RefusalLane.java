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
 * Sends refused connections their text one after the other, on a single thread that runs only while
 * refusals are pending. Each guest has its own lane, so a guest that reads its refusals slowly
 * delays only itself.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class RefusalLane {
    private static final Logger log = LoggerFactory.getLogger(RefusalLane.class);

    /**
     * The time limit for a refused guest to send its command, which shows the terminator that it
     * expects.
     */
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(1);

    /**
     * The most pending refusals; further connections are closed without waiting for the guest, so
     * the cost of refusals is bounded.
     */
    private static final int MAX_PENDING = 64;

    private final String threadName;
    private final Consumer<SessionResult> results;

    @GuardedBy("this")
    private final ArrayDeque<Refusal> pending = new ArrayDeque<>();

    /** Refusals by callers that hold a lock, which {@link #settle} will carry out. */
    @GuardedBy("this")
    private final ArrayDeque<Refusal> decided = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean running;

    private record Refusal(Session session, Termination reason, Optional<String> detail) {}

    /**
     * @param results receives each refusal's result, mostly on the lane's thread
     */
    public RefusalLane(String threadName, Consumer<SessionResult> results) {
        this.threadName = threadName;
        this.results = results;
    }

    /**
     * Sends the reason to {@code session}'s guest soon, or closes the connection immediately if the
     * lane cannot take another refusal. The caller must hold no lock.
     */
    public void refuse(Session session, Termination reason) {
        decide(session, reason, Optional.empty());
        settle();
    }

    /**
     * Adds a refusal for {@link #settle} to carry out. The caller may hold any lock.
     *
     * @param detail more for the log
     */
    synchronized void decide(Session session, Termination reason, Optional<String> detail) {
        decided.add(new Refusal(session, reason, detail));
    }

    /**
     * Carries out the refusals that were added by {@link #decide}. The caller must hold no lock,
     * because this may call the listener.
     */
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
                // allocated here, where the caller can still handle a lack of memory
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
                // the other refused connections must still get their text
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
