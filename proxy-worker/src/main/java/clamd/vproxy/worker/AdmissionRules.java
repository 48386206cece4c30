package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.rate.RateBucket;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/**
 * Decides whether new connections and requests of a guest are served, by its policy, its connection
 * rate and the admission that an administrator has set.
 *
 * <p>Not thread-safe; its worker guards it.
 */
final class AdmissionRules {
    private final RateBucket rate;
    private GuestPolicy policy;
    private Admission admission = Admission.OPEN;
    private Optional<Termination> closed = Optional.empty();

    AdmissionRules(GuestPolicy policy, long nowNanos) {
        this.policy = policy;
        this.rate = new RateBucket(policy.limits().maxConnectionRate(), 1, nowNanos);
    }

    GuestPolicy policy() {
        return policy;
    }

    Limits limits() {
        return policy.limits();
    }

    void setPolicy(GuestPolicy next, long nowNanos) {
        policy = next;
        rate.change(next.limits().maxConnectionRate(), 1, nowNanos);
    }

    void setAdmission(Admission next) {
        admission = next;
    }

    /** Refuses all connections and requests from now on; the first reason counts. */
    void close(Termination reason) {
        closed = closed.or(() -> Optional.of(reason));
    }

    /** Returns the load on which the decision about a connection is based. */
    AdmissionDecision.Load load(int inService, int waiting, long nowNanos) {
        int quota = limits().maxConnections();
        return new AdmissionDecision.Load(
                closed,
                policy.denied(),
                admission,
                quota,
                inService,
                waiting,
                limits().queue() ? limits().maxWaitingConnections() : 0,
                rate.available(quota, nowNanos));
    }

    /** Counts a connection, or a further request of a session, that is served now. */
    void countServed(long nowNanos) {
        rate.reserve(1, nowNanos);
    }

    /**
     * Decides about a further request of a session, whose connection already counts for the quota.
     */
    AdmissionDecision turn(long nowNanos) {
        AdmissionDecision.Load load = load(0, 0, nowNanos);
        return load.refusal()
                .<AdmissionDecision>map(AdmissionDecision.Refuse::new)
                .orElseGet(() ->
                        load.free() > 0
                                ? new AdmissionDecision.Serve()
                                : new AdmissionDecision.Wait());
    }
}
