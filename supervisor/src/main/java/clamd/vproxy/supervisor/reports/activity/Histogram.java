package clamd.vproxy.supervisor.reports.activity;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Counts durations, for all guests together. A histogram has a series for each bucket, and one
 * histogram for each guest would be most of a scrape. Thread-safe, guarded by itself.
 */
public final class Histogram {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double[] bounds;

    @GuardedBy("this")
    private final long[] counts;

    @GuardedBy("this")
    private Duration sum = Duration.ZERO;

    private Histogram(double... bounds) {
        this.bounds = bounds;
        this.counts = new long[bounds.length];
    }

    /**
     * Returns a histogram of scans, from a small file in a fast scanner to clamd's usual
     * MaxScanTime.
     */
    static Histogram ofScans() {
        return new Histogram(
                0.005,
                0.01,
                0.025,
                0.05,
                0.1,
                0.25,
                0.5,
                1,
                2.5,
                5,
                10,
                30,
                60,
                120,
                Double.POSITIVE_INFINITY);
    }

    /**
     * Returns a histogram of waits: most sessions hardly wait, and none waits much longer than the
     * queue timeout.
     */
    static Histogram ofWaits() {
        return new Histogram(
                0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, Double.POSITIVE_INFINITY);
    }

    synchronized void add(Duration time) {
        int bucket = Arrays.binarySearch(bounds, time.toNanos() / NANOS_PER_SECOND);
        counts[bucket < 0 ? -bucket - 1 : bucket]++;
        sum = sum.plus(time);
    }

    synchronized Buckets buckets() {
        return new Buckets(
                Arrays.stream(bounds).boxed().toList(),
                Arrays.stream(counts).boxed().toList(),
                sum);
    }

    /**
     * A histogram at one moment. Immutable.
     *
     * @param bounds the longest time that each bucket counts, in seconds; the last is infinite
     * @param counts how many durations fell into each bucket
     * @param sum the sum of all durations
     */
    public record Buckets(List<Double> bounds, List<Long> counts, Duration sum) {}
}
