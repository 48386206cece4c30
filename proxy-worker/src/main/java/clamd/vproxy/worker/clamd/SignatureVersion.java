package clamd.vproxy.worker.clamd;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * clamd's answer to VERSION. Immutable.
 *
 * @param engine clamd's own version, such as {@code 1.4.6}
 * @param signatures the signatures it uses; empty if clamd does not report them, as without
 *     ClamAV's daily signatures, or reports something other than a number and a date
 */
public record SignatureVersion(String engine, Optional<Signatures> signatures) {
    /**
     * ClamAV's daily signatures. Immutable.
     *
     * @param number their version, above 0
     * @param builtAt when they were made, in the time zone of clamd, which does not name it
     */
    public record Signatures(long number, LocalDateTime builtAt) {}

    private static final Pattern GRAMMAR =
            Pattern.compile(
                    "ClamAV (?<engine>[^/ ]{1,64})(?:/(?<number>\\d{1,9})/(?<time>[^/]+))?");

    /**
     * The format of C's {@code ctime}, English in every locale; a space precedes a day below 10.
     */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT);

    /**
     * Reads clamd's answer to VERSION, without its terminator.
     *
     * @return empty if it is not such an answer
     */
    public static Optional<SignatureVersion> parse(String answer) {
        Matcher matcher = GRAMMAR.matcher(answer);
        if (!matcher.matches()) {
            // a suffix in an unknown format must not hide the engine
            int end = answer.indexOf('/');
            return end < 0 ? Optional.empty() : parse(answer.substring(0, end));
        }
        String engine = matcher.group("engine");
        return Optional.of(new SignatureVersion(engine, signatures(matcher)));
    }

    private static Optional<Signatures> signatures(Matcher matcher) {
        if (matcher.group("number") == null) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(matcher.group("number"));
            LocalDateTime builtAt = LocalDateTime.parse(matcher.group("time"), TIME);
            return number > 0 ? Optional.of(new Signatures(number, builtAt)) : Optional.empty();
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
