package clamd.vproxy.supervisor.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as the policy file writes them, a number with ms, s, m or h, up to a day. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private static final Duration LONGEST = Duration.ofHours(24);

    @Override
    public Duration convert(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "\"" + text + "\" is not a duration; write a number with ms, s, m or h");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = of(number, matcher.group(2));
        if (duration.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("\"" + text + "\" is longer than 24h");
        }
        return duration;
    }

    private static Duration of(long number, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
