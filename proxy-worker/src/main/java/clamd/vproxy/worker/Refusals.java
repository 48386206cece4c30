package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one guest that are being refused. Decided while the worker's lock is held,
 * told without it: where the lane is full, telling means closing.
 *
 * <p>Thread-safe, guarded by itself; taken after the worker's lock, never before it.
 */
final class Refusals {
    private final RefusalLane lane;
    private final Consumer<SessionResult> results;
    private final Runnable changed;

    @GuardedBy("this")
    private final ArrayDeque<Refusal> decided = new ArrayDeque<>();

    @GuardedBy("this")
    private int open;

    private record Refusal(Session session, Termination reason) {}

    /**
     * @param results hears of each refusal's end
     * @param changed runs after that, when there is one less
     */
    Refusals(String threadName, Consumer<SessionResult> results, Runnable changed) {
        this.lane = new RefusalLane(threadName, this::ended);
        this.results = results;
        this.changed = changed;
    }

    /** Decides that a session is not to be served; {@link #tell} is to follow. */
    synchronized void decide(Session session, Termination reason) {
        open++;
        decided.add(new Refusal(session, reason));
    }

    /** Hands on what was decided. */
    void tell() {
        for (Refusal next = next(); next != null; next = next()) {
            lane.refuse(next.session, next.reason);
        }
    }

    private synchronized @Nullable Refusal next() {
        return decided.poll();
    }

    private void ended(SessionResult result) {
        results.accept(result);
        synchronized (this) {
            open--;
        }
        changed.run();
    }

    /** How many have been decided and not ended yet. */
    synchronized int open() {
        return open;
    }
}
