package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.session.SessionResult;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a session asked for, as one of a few words: what a guest sent stands in no metric.
 * Immutable.
 */
public enum CommandWord {
    /** A stream to be scanned. */
    INSTREAM,
    /** Whether clamd is there. */
    PING,
    /** Which clamd it is. */
    VERSION,
    /** Anything else. */
    OTHER,
    /** The guest sent nothing, or was not heard. */
    NONE;

    /** Classifies a session's command: the one that was accepted, else the one it attempted. */
    public static CommandWord of(SessionResult result) {
        return result.command()
                .map(command -> valueOf(command.name()))
                .orElseGet(() -> ofAttempt(result.attempt()));
    }

    private static CommandWord ofAttempt(String attempt) {
        if (attempt.isEmpty()) {
            return NONE;
        }
        // a refused command keeps the letter that names its terminator
        String word = attempt.replaceFirst("^[nz]", "");
        return Arrays.stream(Command.values())
                .map(Command::name)
                .filter(word::equals)
                .findAny()
                .map(CommandWord::valueOf)
                .orElse(OTHER);
    }

    /** For metrics: clamd's own word, or a small one where there is none. */
    public String label() {
        return this == OTHER || this == NONE ? name().toLowerCase(Locale.ROOT) : name();
    }
}
