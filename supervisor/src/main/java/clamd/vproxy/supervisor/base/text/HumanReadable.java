package clamd.vproxy.supervisor.base.text;

import java.util.List;
import java.util.Locale;

/** Formats sizes and times for people. Pure functions. */
public final class HumanReadable {
    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB");

    private HumanReadable() {}

    /** Returns a size rounded down to a tenth, so that the text never overstates it. */
    public static String size(long bytes) {
        if (bytes < 1024) {
            return Long.toString(bytes);
        }
        int unit = 0;
        long divisor = 1024;
        while (unit < UNITS.size() - 1 && bytes / divisor >= 1024) {
            divisor *= 1024;
            unit++;
        }
        long whole = bytes / divisor;
        long tenths = bytes % divisor * 10 / divisor;
        return String.format(Locale.ROOT, "%d.%d%s", whole, tenths, UNITS.get(unit));
    }

    /**
     * Returns a time in tenths of a second, or in larger units where tenths do not matter: 1.5s,
     * 2m03s.
     */
    public static String time(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + "." + millis % 1000 / 100 + "s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds % 3600 / 60);
    }
}
