package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.supervisor.testing.Slope;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How a {@link Footprint} grows with each round: the median over all pairs of measurements, which
 * neither a spike nor a single step decides. Immutable.
 */
record Growth(double heapBytes, double nativeBytes, double threads, double descriptors) {
    /** Over these, with {@code step} rounds from one to the next. */
    static Growth of(List<Footprint> series, int step) {
        return new Growth(
                median(series, Footprint::heapBytes) / step,
                median(series, Footprint::nativeBytes) / step,
                median(series, Footprint::threads) / step,
                median(series, Footprint::descriptors) / step);
    }

    private static double median(List<Footprint> series, ToLongFunction<Footprint> what) {
        return Slope.of(series.stream().mapToLong(what).toArray());
    }
}
