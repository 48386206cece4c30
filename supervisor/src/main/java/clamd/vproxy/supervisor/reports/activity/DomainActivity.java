package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts the sessions of one domain. Thread-safe, guarded by itself. */
final class DomainActivity {
    @GuardedBy("this")
    private final Map<SessionKind, Long> sessions = new HashMap<>();

    @GuardedBy("this")
    private final Map<Wait, Duration> waits = new EnumMap<>(Wait.class);

    @GuardedBy("this")
    private final Map<Termination, Long> dryRun = new EnumMap<>(Termination.class);

    @GuardedBy("this")
    private final Recent recentSessions;

    @GuardedBy("this")
    private final Recent recentBytes;

    @GuardedBy("this")
    private long streamBytes;

    @GuardedBy("this")
    private Duration scan = Duration.ZERO;

    DomainActivity(long nowNanos) {
        recentSessions = new Recent(nowNanos);
        recentBytes = new Recent(nowNanos);
        for (Wait wait : Wait.values()) {
            waits.put(wait, Duration.ZERO);
        }
    }

    synchronized void add(EndedSession session, long nowNanos) {
        SessionResult result = session.result();
        sessions.merge(SessionKind.of(result), 1L, Long::sum);
        streamBytes += result.streamBytes();
        for (Wait wait : Wait.values()) {
            waits.merge(wait, wait.of(result), Duration::plus);
        }
        scan = scan.plus(result.scan());
        session.dryRun().ifPresent(refusal -> countDryRun(refusal));
        recentSessions.add(1, nowNanos);
        recentBytes.add(result.streamBytes(), nowNanos);
    }

    @GuardedBy("this")
    private void countDryRun(Termination refusal) {
        dryRun.merge(refusal, 1L, Long::sum);
    }

    synchronized DomainCounts counts(long nowNanos) {
        return new DomainCounts(
                sessions,
                streamBytes,
                waits,
                scan,
                dryRun,
                list(recentSessions.amounts(nowNanos)),
                list(recentBytes.amounts(nowNanos)));
    }

    private static List<Long> list(long[] amounts) {
        return Arrays.stream(amounts).boxed().toList();
    }
}
