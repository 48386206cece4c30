package clamd.vproxy.hooks.spool;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name under which one run of the script leaves its files; ordered by when it ran. Immutable.
 *
 * @param text the files' name without what kind they are
 * @param uptimeHundredths the host's uptime when the script ran, in hundredths of a second
 */
public record RequestName(String text, long uptimeHundredths) implements Comparable<RequestName> {
    static final String REQUEST = ".request";
    static final String ANSWER = ".answer";

    /** What is being written. */
    static final String NEW = ".new";

    private static final Pattern OURS =
            Pattern.compile("(([0-9]{1,15})-[0-9]{1,10})\\.(?:request|answer|new)");

    private static final Comparator<RequestName> ORDER =
            Comparator.comparingLong(RequestName::uptimeHundredths)
                    .thenComparing(RequestName::text);

    /** The name that a file of the spool has; empty if it is none of the spool's. */
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
