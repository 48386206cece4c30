package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether one guest's connections are let in at all, before anybody counts them. Not thread-safe:
 * the guest's worker guards it.
 */
final class Gate {
    private Admission admission = Admission.OPEN;
    private @Nullable Termination stopReason;

    /** Lets new connections in, wait or be refused from now on. */
    void set(Admission next) {
        admission = next;
    }

    /** Lets nobody in any more; the first reason counts. */
    void close(Termination reason) {
        if (stopReason == null) {
            stopReason = reason;
        }
    }

    boolean isClosed() {
        return stopReason != null;
    }

    /**
     * Why a connection that comes now is to be refused.
     *
     * @return nothing if it is let in, be it to wait
     */
    Optional<Termination> refusal(GuestPolicy policy) {
        if (stopReason != null) {
            return Optional.of(stopReason);
        }
        if (policy.denied()) {
            return Optional.of(Termination.GUEST_DENIED);
        }
        return admission == Admission.DRAINING
                ? Optional.of(Termination.DRAINED)
                : Optional.empty();
    }
}
