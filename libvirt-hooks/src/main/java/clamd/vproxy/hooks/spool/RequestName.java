package clamd.vproxy.hooks.spool;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The common name of the files of one run of the script, ordered by the time of that run.
 * Immutable.
 *
 * @param text the files' name without the suffix
 * @param uptimeHundredths the host's uptime when the script ran, in hundredths of a second
 */
public record RequestName(String text, long uptimeHundredths) implements Comparable<RequestName> {
    static final String REQUEST = ".request";
    static final String ANSWER = ".answer";

    /** The suffix of a file that is being written. */
    static final String NEW = ".new";

    private static final Pattern OURS =
            Pattern.compile("(([0-9]{1,15})-[0-9]{1,10})\\.(?:request|answer|new)");

    private static final Comparator<RequestName> ORDER =
            Comparator.comparingLong(RequestName::uptimeHundredths)
                    .thenComparing(RequestName::text);

    /** Returns the name in a file name of the spool; empty for any other file name. */
    static Optional<RequestName> of(String fileName) {
        Matcher matcher = OURS.matcher(fileName);
        return matcher.matches()
                ? Optional.of(new RequestName(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(RequestName other) {
        return ORDER.compare(this, other);
    }
}
