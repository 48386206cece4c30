package clamd.vproxy.policies;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads numbers with units, as the policy file and the command line write them. A number too large
 * for the type becomes the type's largest value, so that the range check of its limit refuses it.
 * Static functions only.
 */
public final class Quantities {
    private static final Pattern WHOLE = Pattern.compile("(-?)([0-9]+)");
    private static final Pattern WITH_UNIT = Pattern.compile("(0|[1-9][0-9]*)([A-Za-z]+)");

    private static final Map<String, Long> BYTES =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
    private static final Map<String, Long> MILLISECONDS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);

    private Quantities() {}

    /**
     * Reads a number without fraction and exponent, as JSON writes it; empty for any other text.
     */
    public static OptionalLong whole(String literal) {
        Matcher parts = WHOLE.matcher(literal);
        if (!parts.matches()) {
            return OptionalLong.empty();
        }
        long magnitude = times(parts.group(2), 1);
        return OptionalLong.of(parts.group(1).isEmpty() ? magnitude : -magnitude);
    }

    /**
     * Reads a number directly followed by B, KiB, MiB, GiB or TiB, in bytes; empty for any other
     * text.
     */
    public static OptionalLong bytes(String text) {
        return withUnit(text, BYTES).stream().mapToLong(Long::longValue).findFirst();
    }

    /** Reads a number directly followed by ms, s, m or h; empty for any other text. */
    public static Optional<Duration> duration(String text) {
        return withUnit(text, MILLISECONDS).map(Duration::ofMillis);
    }

    private static Optional<Long> withUnit(String text, Map<String, Long> units) {
        Matcher parts = WITH_UNIT.matcher(text);
        return parts.matches()
                ? Optional.ofNullable(units.get(parts.group(2)))
                        .map(unit -> times(parts.group(1), unit))
                : Optional.empty();
    }

    private static long times(String digits, long unit) {
        long number = digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
        return number > Long.MAX_VALUE / unit ? Long.MAX_VALUE : number * unit;
    }
}
