package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumMap;
import java.util.Map;

/** Adds up what the sessions of one run of a guest came to. Thread-safe, guarded by itself. */
final class SessionCounts {
    @GuardedBy("this")
    private final Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);

    @GuardedBy("this")
    private final Map<Termination, Long> terminations = new EnumMap<>(Termination.class);

    @GuardedBy("this")
    private long sessions;

    @GuardedBy("this")
    private long streamBytes;

    synchronized void add(SessionResult result) {
        sessions++;
        streamBytes += result.streamBytes();
        verdicts.merge(result.verdict(), 1L, Long::sum);
        terminations.merge(result.termination(), 1L, Long::sum);
    }

    synchronized SessionTotals totals() {
        long scans =
                verdicts.getOrDefault(Verdict.CLEAN, 0L)
                        + verdicts.getOrDefault(Verdict.INFECTED, 0L);
        return new SessionTotals(sessions, streamBytes, scans, verdicts, terminations);
    }
}
