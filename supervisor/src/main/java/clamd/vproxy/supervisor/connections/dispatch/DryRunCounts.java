package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.DryRun;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often the rule that is only tried on a guest would have refused one of its sessions, in this
 * run of the guest. A rule that was changed is another one, and its count begins anew; sessions
 * that began under an older one still count there.
 *
 * <p>Thread-safe, guarded by itself.
 */
final class DryRunCounts {
    /** More than these have no session left that runs. */
    private static final int MAX_RULES = 8;

    /** In the order in which they were first met. */
    @GuardedBy("this")
    private final Map<GuestPolicy, Map<Termination, Long>> byRule = new LinkedHashMap<>();

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
        refusal.ifPresent(termination -> count(tried, termination));
        return refusal;
    }

    private synchronized void count(GuestPolicy tried, Termination termination) {
        byRule.computeIfAbsent(tried, _ -> new EnumMap<>(Termination.class))
                .merge(termination, 1L, Long::sum);
        if (byRule.size() > MAX_RULES) {
            byRule.remove(byRule.keySet().iterator().next());
        }
    }

    /** The counts of this rule, by the way in which it would have refused. */
    synchronized Map<Termination, Long> of(GuestPolicy tried) {
        return Map.copyOf(byRule.getOrDefault(tried, Map.of()));
    }
}
