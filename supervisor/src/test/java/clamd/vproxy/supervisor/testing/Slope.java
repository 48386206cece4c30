package clamd.vproxy.supervisor.testing;

import java.util.stream.IntStream;

/**
 * How a series of measurements grows from one to the next: the median over all pairs (Theil and
 * Sen), which neither a spike nor a single step decides. Static function only.
 */
public final class Slope {
    private Slope() {}

    /** Of at least two values. */
    public static double of(long... values) {
        double[] slopes =
                IntStream.range(1, values.length)
                        .boxed()
                        .flatMapToDouble(later ->
                                IntStream.range(0, later)
                                        .mapToDouble(earlier ->
                                                (double) (values[later] - values[earlier])
                                                        / (later - earlier)))
                        .sorted()
                        .toArray();
        return slopes[slopes.length / 2];
    }
}
