package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Quantities;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as in the policy file: a number with ms, s, m or h, up to a day. */
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofHours(24);

    @Override
    public Duration convert(String text) {
        Duration duration =
                Quantities.duration(text)
                        .orElseThrow(() ->
                                new TypeConversionException(
                                        "\""
                                                + text
                                                + "\" is not a duration; write a number with ms, s,"
                                                + " m or h"));
        if (duration.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("\"" + text + "\" is longer than 24h");
        }
        return duration;
    }
}
