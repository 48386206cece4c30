package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The counts of sessions that have ended. Immutable.
 *
 * @param sessions how many of each kind there were; a kind that never occurred is absent
 * @param cached how many were answered with a remembered verdict
 * @param streamBytes bytes of file data received from the guest
 * @param waits how long sessions waited in total, by what they waited for
 * @param scan how long clamd scanned in total
 * @param dryRun how many sessions a rule with dryRun would have refused, by termination
 * @param dryRunByRule those sessions by rule, for the last few rules
 * @param recentSessions how many ended in each of the last spans, the oldest first; empty if none
 * @param recentBytes the bytes that these sessions received
 */
public record SessionCounts(
        Map<SessionKind, Long> sessions,
        long cached,
        long streamBytes,
        Map<Wait, Duration> waits,
        Duration scan,
        Map<Termination, Long> dryRun,
        Map<GuestPolicy, Map<Termination, Long>> dryRunByRule,
        List<Long> recentSessions,
        List<Long> recentBytes) {
    private static final Set<Verdict> SCANNED =
            EnumSet.of(Verdict.CLEAN, Verdict.INFECTED, Verdict.INCOMPLETE);

    /** The counts before the first session. */
    public static final SessionCounts NONE =
            new SessionCounts(
                    Map.of(),
                    0,
                    0,
                    Map.of(),
                    Duration.ZERO,
                    Map.of(),
                    Map.of(),
                    List.of(),
                    List.of());

    /** Copies the maps. */
    public SessionCounts {
        sessions = Map.copyOf(sessions);
        waits = Map.copyOf(waits);
        dryRun = Map.copyOf(dryRun);
        dryRunByRule = Map.copyOf(dryRunByRule);
    }

    /** Returns how many sessions there were. */
    public long sessionCount() {
        return sessions.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns how many streams had a verdict, including remembered ones. */
    public long scans() {
        return sessions.entrySet().stream()
                .filter(entry -> SCANNED.contains(entry.getKey().verdict()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Returns the sessions by the label of their verdict, in the order of the labels. */
    public Map<String, Long> verdicts() {
        return by(kind -> kind.verdict().label());
    }

    /** Returns the sessions by their termination code, in the order of the codes. */
    public Map<String, Long> terminations() {
        return by(kind -> kind.termination().code());
    }

    private Map<String, Long> by(Function<SessionKind, String> name) {
        Map<String, Long> named = new TreeMap<>();
        sessions.forEach((kind, count) -> named.merge(name.apply(kind), count, Long::sum));
        return named;
    }
}
