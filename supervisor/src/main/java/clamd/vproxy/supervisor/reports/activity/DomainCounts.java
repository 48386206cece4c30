package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.worker.session.Termination;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the sessions of one domain came to while it ran, those that have ended. Immutable.
 *
 * @param sessions how many of each kind there were; what never occurred is absent
 * @param streamBytes bytes of file data taken from the guest
 * @param waits how long sessions waited, all together, for each thing
 * @param scan how long clamd scanned, all together
 * @param dryRun how often the rule that is only tried on it would have ended a session, and how
 * @param recentSessions how many ended in each of the last spans, the oldest first; empty if none
 * @param recentBytes the bytes that these took
 */
public record DomainCounts(
        Map<SessionKind, Long> sessions,
        long streamBytes,
        Map<Wait, Duration> waits,
        Duration scan,
        Map<Termination, Long> dryRun,
        List<Long> recentSessions,
        List<Long> recentBytes) {
    /** Copies what can change. */
    public DomainCounts {
        sessions = Map.copyOf(sessions);
        waits = Map.copyOf(waits);
        dryRun = Map.copyOf(dryRun);
        recentSessions = List.copyOf(recentSessions);
        recentBytes = List.copyOf(recentBytes);
    }
}
