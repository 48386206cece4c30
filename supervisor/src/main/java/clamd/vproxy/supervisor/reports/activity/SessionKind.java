package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.util.Arrays;

/**
 * The labels by which metrics distinguish sessions. Immutable.
 *
 * @param command clamd's name of the command, {@code other} or {@code none}, never text from a
 *     guest
 * @param verdict the result as the guest sees it
 * @param termination how the session ended
 */
public record SessionKind(String command, Verdict verdict, Termination termination) {
    static SessionKind of(SessionResult result) {
        String command = result.command().map(Command::name).orElseGet(() -> ofAttempt(result));
        return new SessionKind(command, result.verdict(), result.termination());
    }

    private static String ofAttempt(SessionResult result) {
        String attempt = result.attempt();
        if (attempt.isEmpty()) {
            return "none";
        }
        if (attempt.equals("IDSESSION") && result.verdict() != Verdict.REFUSED) {
            return attempt;
        }
        // a refused command keeps the letter that names its terminator
        String word = attempt.replaceFirst("^[nz]", "");
        return Arrays.stream(Command.values())
                .map(Command::name)
                .filter(word::equals)
                .findAny()
                .orElse("other");
    }
}
