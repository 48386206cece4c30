package clamd.vproxy.worker.benchmark;

import java.util.Arrays;
import java.util.List;

/** How long each of many requests took, from its connect to the end of its reply. Immutable. */
final class Latencies {
    private final long[] ascendingNanos;
    private final double seconds;

    /**
     * @param nanos one for each request
     * @param seconds how long they took together
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
     * The time within which so large a part of the requests was answered, in microseconds.
     *
     * @param part between 0 and 1
     */
    double microseconds(double part) {
        int place = (int) (part * ascendingNanos.length);
        return ascendingNanos[Math.min(place, ascendingNanos.length - 1)] / 1e3;
    }
}
