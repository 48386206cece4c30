package clamd.vproxy.worker.testing;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The Mann-Whitney rank test. Static function only. */
public final class MannWhitney {
    /** Abramowitz and Stegun, 26.2.17, the highest power first; the error is below 1e-7. */
    private static final List<Double> TAIL =
            List.of(1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530);

    private MannWhitney() {}

    /** A value, and whether it belongs to the first sample. */
    private record Ranked(double value, boolean first) {}

    /**
     * The two-sided p-value for the hypothesis that both samples have one distribution, by the
     * normal approximation, which needs about twenty values in each sample.
     */
    public static double chanceOfNoDifference(List<Double> one, List<Double> other) {
        List<Ranked> all =
                Stream.concat(
                                one.stream().map(value -> new Ranked(value, true)),
                                other.stream().map(value -> new Ranked(value, false)))
                        .sorted(Comparator.comparingDouble(Ranked::value))
                        .toList();
        double ranks = 0;
        double ties = 0;
        int from = 0;
        while (from < all.size()) {
            int to = from;
            while (to < all.size() && all.get(to).value == all.get(from).value) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            ranks += rank * all.subList(from, to).stream().filter(Ranked::first).count();
            double tied = to - from;
            ties += tied * tied * tied - tied;
            from = to;
        }
        double n = one.size();
        double m = other.size();
        double both = n + m;
        double u = ranks - n * (n + 1) / 2;
        double variance = n * m / 12 * (both + 1 - ties / (both * (both - 1)));
        double distance = Math.max(0, Math.abs(u - n * m / 2) - 0.5) / Math.sqrt(variance);
        return 2 * upperTail(distance);
    }

    /** The probability of a larger value in the standard normal distribution. */
    private static double upperTail(double x) {
        double t = 1 / (1 + 0.2316419 * x);
        double series = 0;
        for (double coefficient : TAIL) {
            series = t * (coefficient + series);
        }
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series;
    }
}
