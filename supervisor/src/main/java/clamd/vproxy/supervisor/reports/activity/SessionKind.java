package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;

/**
 * What sessions are told apart by. Immutable.
 *
 * @param command what was asked for
 * @param verdict what came of it
 * @param termination how it ended
 */
public record SessionKind(CommandWord command, Verdict verdict, Termination termination) {
    static SessionKind of(SessionResult result) {
        return new SessionKind(CommandWord.of(result), result.verdict(), result.termination());
    }
}
