package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the further requests of a guest's IDSESSIONs wait for their turn.
 *
 * <p>Thread-safe, guarded by itself. It asks its worker for decisions under its own lock, so that a
 * turn that comes meanwhile is not missed; the worker must not call it with its lock held.
 */
final class RequestTurns {
    /** How often a waiting request asks without a call of {@link #lookAgain}, in milliseconds. */
    private static final long LOOK_MILLIS = 50;

    private final Supplier<AdmissionDecision> decision;
    private final Supplier<Termination> late;
    private final LongSupplier nanoClock;

    /**
     * @param decision decides about a request, and counts it if it may be served
     * @param late returns why a request is refused that has waited too long
     */
    RequestTurns(
            Supplier<AdmissionDecision> decision,
            Supplier<Termination> late,
            LongSupplier nanoClock) {
        this.decision = decision;
        this.late = late;
        this.nanoClock = nanoClock;
    }

    /** Has the waiting requests ask for a decision again. */
    synchronized void lookAgain() {
        notifyAll();
    }

    /**
     * Waits until a request of a session may be served.
     *
     * @return why the request is refused; empty if it may be served
     */
    synchronized Optional<Termination> await(Session session, Duration limit) {
        long deadline = nanoClock.getAsLong() + limit.toNanos();
        Optional<Termination> refusal = session.stopReason();
        while (refusal.isEmpty()) {
            switch (decision.get()) {
                case AdmissionDecision.Serve _ -> {
                    return Optional.empty();
                }
                case AdmissionDecision.Refuse(Termination reason) -> refusal = Optional.of(reason);
                case AdmissionDecision.Wait _ -> refusal = awaitNextLook(session, deadline);
            }
        }
        return refusal;
    }

    @GuardedBy("this")
    private Optional<Termination> awaitNextLook(Session session, long deadlineNanos) {
        if (nanoClock.getAsLong() - deadlineNanos >= 0) {
            return Optional.of(late.get());
        }
        try {
            TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.of(Termination.SHUTDOWN);
        }
        return session.stopReason();
    }
}
