package clamd.vproxy.supervisor.reports.metrics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The formats or encodings that a client accepts, with their weights (RFC 9110, 12.4.2). Invalid
 * parts are ignored. Immutable.
 */
public final class AcceptHeader {
    private static final Pattern WEIGHT = Pattern.compile("q\\s*=\\s*([01](?:\\.\\d{0,3})?)");

    private final Map<String, Double> qualities;

    private AcceptHeader(Map<String, Double> qualities) {
        this.qualities = Map.copyOf(qualities);
    }

    /** Reads the header's value; the caller joins several headers with commas. */
    public static AcceptHeader parse(@Nullable String value) {
        Map<String, Double> qualities = new HashMap<>();
        for (String range : Objects.requireNonNullElse(value, "").split(",", -1)) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split(";", -1);
            double quality = 1;
            for (int i = 1; i < parts.length; i++) {
                Matcher weight = WEIGHT.matcher(parts[i].strip());
                quality =
                        weight.matches()
                                ? Math.min(1, Double.parseDouble(weight.group(1)))
                                : quality;
            }
            qualities.merge(parts[0].strip(), quality, Math::max);
        }
        return new AcceptHeader(qualities);
    }

    /**
     * Returns the weight of the first of these names that the header has; 0 if it has none of them.
     */
    public double quality(String... names) {
        for (String name : names) {
            Double quality = qualities.get(name);
            if (quality != null) {
                return quality;
            }
        }
        return 0;
    }
}
