package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/** The decision about a new connection of a guest. Immutable. */
sealed interface AdmissionDecision {
    /** A thread serves the connection now. */
    record Serve() implements AdmissionDecision {}

    /** The connection waits for its turn, for the queue timeout at most. */
    record Wait() implements AdmissionDecision {}

    /** The connection is refused. */
    record Refuse(Termination reason) implements AdmissionDecision {}

    /**
     * A snapshot of a guest's connections and limits. Immutable.
     *
     * @param closed why the worker accepts no more connections; empty if it accepts them
     * @param denied whether the policy denies the guest
     * @param admission the admission that an administrator has set
     * @param quota how many connections may be in service
     * @param inService how many connections are in service
     * @param waiting how many connections are waiting
     * @param maxWaiting how many connections may wait, 0 if the policy lets none wait
     * @param rateTokens how many more connections the connection rate allows now
     */
    record Load(
            Optional<Termination> closed,
            boolean denied,
            Admission admission,
            int quota,
            int inService,
            int waiting,
            int maxWaiting,
            long rateTokens) {

        /** Returns how many of the waiting connections may be served now. */
        long free() {
            return admission == Admission.PAUSED
                    ? 0
                    : Math.min(Math.max(0, quota - inService), rateTokens);
        }

        /**
         * Returns why the guest's new connections are refused without waiting; empty if they are
         * not.
         */
        Optional<Termination> refusal() {
            if (closed.isPresent()) {
                return closed;
            }
            if (denied) {
                return Optional.of(Termination.GUEST_DENIED);
            }
            if (admission == Admission.DRAINING) {
                return Optional.of(Termination.DRAINED);
            }
            return quota == 0 ? Optional.of(Termination.QUOTA) : Optional.empty();
        }

        /** Returns the reason to refuse a connection that cannot be served now. */
        Termination reason() {
            if (admission == Admission.PAUSED) {
                return Termination.PAUSED;
            }
            return Math.max(0, quota - inService) <= rateTokens
                    ? Termination.QUOTA
                    : Termination.CONNECTION_RATE;
        }
    }

    /** Decides on a connection that has just been accepted. A pure function. */
    static AdmissionDecision decide(Load load) {
        Optional<Termination> refusal = load.refusal();
        if (refusal.isPresent()) {
            return new Refuse(refusal.get());
        }
        if (load.waiting() == 0 && load.free() > 0) {
            return new Serve();
        }
        // waiting connections that are about to be served make room for others to wait
        return load.waiting() < load.free() + load.maxWaiting()
                ? new Wait()
                : new Refuse(load.reason());
    }
}
