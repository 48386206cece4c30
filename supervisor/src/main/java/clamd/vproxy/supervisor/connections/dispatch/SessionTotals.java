package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.util.Map;

/**
 * What the sessions of one run of a guest came to so far, those that have ended. Immutable.
 *
 * @param sessions how many there were
 * @param streamBytes bytes of file data taken from the guest
 * @param scans streams that clamd gave a verdict on
 * @param verdicts how many came to each; what never occurred is absent
 * @param terminations how many ended in each way; what never occurred is absent
 */
public record SessionTotals(
        long sessions,
        long streamBytes,
        long scans,
        Map<Verdict, Long> verdicts,
        Map<Termination, Long> terminations) {
    /** Before the first one. */
    public static final SessionTotals NONE = new SessionTotals(0, 0, 0, Map.of(), Map.of());

    /** Copies the maps. */
    public SessionTotals {
        verdicts = Map.copyOf(verdicts);
        terminations = Map.copyOf(terminations);
    }
}
