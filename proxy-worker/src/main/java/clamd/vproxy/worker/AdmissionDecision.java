package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/** What happens to a new connection of a guest. Immutable. */
sealed interface AdmissionDecision {
    /** A thread serves the connection now. */
    record Serve() implements AdmissionDecision {}

    /** The connection waits for its turn, for the queue timeout at most. */
    record Wait() implements AdmissionDecision {}

    /** The connection is refused. */
    record Refuse(Termination reason) implements AdmissionDecision {}

    /**
     * What a guest's connections are at one moment. Immutable.
     *
     * @param closed why the worker takes no more connections, if it does not
     * @param denied whether the policy denies the guest
     * @param admission what an administrator has ordered
     * @param quota how many connections may be in service
     * @param inService how many are
     * @param waiting how many wait
     * @param maxWaiting how many may wait, 0 where the policy lets none wait
     * @param rateTokens how many more the connection rate allows now
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

        /** How many of the waiting connections may be served now. */
        long free() {
            return admission == Admission.PAUSED
                    ? 0
                    : Math.min(Math.max(0, quota - inService), rateTokens);
        }

        /** Why nothing new of the guest is served, however long it waits. */
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

        /** Why a connection that is not served now is refused. */
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
        // waiting connections that are about to be served leave their places to others
        return load.waiting() < load.free() + load.maxWaiting()
                ? new Wait()
                : new Refuse(load.reason());
    }
}
