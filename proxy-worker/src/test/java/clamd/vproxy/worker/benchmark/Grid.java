package clamd.vproxy.worker.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measurements of one quantity: for each shape of the load and each contender a value for each
 * round, so that ratios are taken within a round. Confined to one thread.
 */
final class Grid<S> {
    private final Map<S, Map<String, List<Double>>> values = new LinkedHashMap<>();

    void add(S shape, String contender, double value) {
        values.computeIfAbsent(shape, _ -> new LinkedHashMap<>())
                .computeIfAbsent(contender, _ -> new ArrayList<>())
                .add(value);
    }

    /** In the order in which they were first measured. */
    List<S> shapes() {
        return List.copyOf(values.keySet());
    }

    /** Those that were measured with the shape, in the order of their first measurement. */
    List<String> contenders(S shape) {
        return List.copyOf(values.getOrDefault(shape, Map.of()).keySet());
    }

    List<Double> of(S shape, String contender) {
        return values.getOrDefault(shape, Map.of()).getOrDefault(contender, List.of());
    }

    double median(S shape, String contender) {
        return Spread.of(of(shape, contender)).median();
    }

    /** One contender's values over another's, round by round. */
    Spread ratio(S shape, String over, String under) {
        List<Double> upper = of(shape, over);
        List<Double> lower = of(shape, under);
        return Spread.of(
                IntStream.range(0, Math.min(upper.size(), lower.size()))
                        .mapToObj(i -> upper.get(i) / lower.get(i))
                        .toList());
    }
}
