package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the sessions of one run of a guest, or of all guests with one name. Thread-safe, guarded
 * by itself.
 */
final class Tally {
    /**
     * The most rules per guest whose dry-run refusals are remembered; the oldest is forgotten
     * first.
     */
    private static final int MAX_RULES = 8;

    @GuardedBy("this")
    private final Map<SessionKind, Long> sessions = new HashMap<>();

    @GuardedBy("this")
    private final Map<Wait, Duration> waits = new EnumMap<>(Wait.class);

    @GuardedBy("this")
    private final Map<Termination, Long> dryRun = new EnumMap<>(Termination.class);

    @GuardedBy("this")
    private final Map<GuestPolicy, Map<Termination, Long>> dryRunByRule = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Recent recentSessions;

    @GuardedBy("this")
    private final Recent recentBytes;

    @GuardedBy("this")
    private long cached;

    @GuardedBy("this")
    private long streamBytes;

    @GuardedBy("this")
    private Duration scan = Duration.ZERO;

    Tally(long nowNanos) {
        recentSessions = new Recent(nowNanos);
        recentBytes = new Recent(nowNanos);
        for (Wait wait : Wait.values()) {
            waits.put(wait, Duration.ZERO);
        }
    }

    synchronized void add(EndedSession session, long nowNanos) {
        SessionResult result = session.result();
        sessions.merge(SessionKind.of(result), 1L, Long::sum);
        cached += result.cached() ? 1 : 0;
        streamBytes += result.streamBytes();
        scan = scan.plus(result.scan());
        for (Wait wait : Wait.values()) {
            waits.merge(wait, wait.of(result), Duration::plus);
        }
        session.dryRun().ifPresent(refusal -> addDryRun(session.policy(), refusal));
        recentSessions.add(1, nowNanos);
        recentBytes.add(result.streamBytes(), nowNanos);
    }

    private synchronized void addDryRun(GuestPolicy policy, Termination refusal) {
        dryRun.merge(refusal, 1L, Long::sum);
        dryRunByRule
                .computeIfAbsent(
                        policy.dryRun().orElseThrow(), _ -> new EnumMap<>(Termination.class))
                .merge(refusal, 1L, Long::sum);
        if (dryRunByRule.size() > MAX_RULES) {
            dryRunByRule.remove(dryRunByRule.keySet().iterator().next());
        }
    }

    synchronized SessionCounts counts(long nowNanos) {
        Map<GuestPolicy, Map<Termination, Long>> rules = new HashMap<>();
        dryRunByRule.forEach((rule, refusals) -> rules.put(rule, Map.copyOf(refusals)));
        return new SessionCounts(
                sessions,
                cached,
                streamBytes,
                waits,
                scan,
                dryRun,
                rules,
                recentSessions.amounts(nowNanos),
                recentBytes.amounts(nowNanos));
    }
}
