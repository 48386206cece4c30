package clamd.vproxy.supervisor.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.DryRun;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often the rule that is only tried on a guest would have refused one of its sessions, in this
 * run of the guest. The count begins anew when another rule is tried.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class DryRunCounts {
    @GuardedBy("this")
    private final Map<Termination, Long> refusals = new EnumMap<>(Termination.class);

    @GuardedBy("this")
    private String rule = "";

    /**
     * Judges a session that has ended by the rule that was tried on it, if there was any.
     *
     * @param policy what the session was served under
     * @return how that rule would have ended it
     */
    Optional<Termination> judge(GuestPolicy policy, SessionResult session) {
        if (policy.dryRun().isEmpty()) {
            return Optional.empty();
        }
        GuestPolicy tried = policy.dryRun().get();
        Optional<Termination> refusal = DryRun.wouldEnd(tried, session);
        refusal.ifPresent(termination -> count(tried.origin().label(), termination));
        return refusal;
    }

    private synchronized void count(String tried, Termination termination) {
        if (!rule.equals(tried)) {
            rule = tried;
            refusals.clear();
        }
        refusals.merge(termination, 1L, Long::sum);
    }

    /** The counts of this rule, by the way in which it would have refused. */
    synchronized Map<Termination, Long> of(String tried) {
        return rule.equals(tried) ? Map.copyOf(refusals) : Map.of();
    }
}
