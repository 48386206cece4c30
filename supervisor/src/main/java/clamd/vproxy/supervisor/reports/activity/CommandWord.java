package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.policies.Command;
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

    /**
     * The word for a session's command.
     *
     * @param text of the session's result: a command's name, the letters that what was refused
     *     began with, or empty
     */
    public static CommandWord of(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        // what was refused still has the letter that tells its terminator
        String word = text.replaceFirst("^[nz]", "");
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
