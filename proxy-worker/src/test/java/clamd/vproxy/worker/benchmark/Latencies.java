package clamd.vproxy.worker.benchmark;

import java.util.Arrays;
import java.util.List;

/** How long each of many requests took, from connecting to the end of the reply. Immutable. */
final class Latencies {
    private final long[] ascendingNanos;
    private final double seconds;

    /**
     * @param nanos the latency of each request
     * @param seconds the wall-clock time of the whole run
     */
    Latencies(long[] nanos, double seconds) {
        this.ascendingNanos = nanos.clone();
        Arrays.sort(ascendingNanos);
        this.seconds = seconds;
    }

    static Latencies together(List<Latencies> runs) {
        return new Latencies(
                runs.stream().flatMapToLong(run -> Arrays.stream(run.ascendingNanos)).toArray(),
                runs.stream().mapToDouble(run -> run.seconds).sum());
    }

    double perSecond() {
        return ascendingNanos.length / seconds;
    }

    /**
     * Returns a quantile of the latencies, in microseconds.
     *
     * @param part the quantile, 0 to 1, for example 0.99
     */
    double microseconds(double part) {
        int place = (int) (part * ascendingNanos.length);
        return ascendingNanos[Math.min(place, ascendingNanos.length - 1)] / 1e3;
    }
}
