package clamd.vproxy.worker.benchmark;

import java.util.List;
import java.util.Locale;

/**
 * The rounds of one measurement in three numbers: the median, which one disturbed round cannot
 * move, and the quartiles, which say how far to trust it.
 */
record Spread(double low, double median, double high) {
    static Spread of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
    }

    /** Between the two values next to it, in proportion. */
    private static double quantile(double[] sorted, double part) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** With its quartiles. */
    String text() {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, low, high);
    }
}
