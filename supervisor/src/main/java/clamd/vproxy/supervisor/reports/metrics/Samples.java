package clamd.vproxy.supervisor.reports.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * The values of metrics at one moment. Values for the same labels become one, for a series that was
 * there twice would spoil the whole scrape. Confined to one thread.
 */
final class Samples {
    private final Map<Metric, Map<List<String>, Double>> values = new EnumMap<>(Metric.class);

    /** A value for these labels, in the metric's order; what has the same labels adds up. */
    void add(Metric metric, double value, String... labels) {
        put(metric, value, Double::sum, labels);
    }

    /** The same for a count; beyond 2 to the 53rd it is rounded. */
    void add(Metric metric, long count, String... labels) {
        add(metric, (double) count, labels);
    }

    /** The same, but the largest counts. */
    void max(Metric metric, double value, String... labels) {
        put(metric, value, Math::max, labels);
    }

    /** The same, but the smallest counts. */
    void min(Metric metric, long count, String... labels) {
        put(metric, (double) count, Math::min, labels);
    }

    /** Says that something with these labels is there. */
    void info(Metric metric, String... labels) {
        put(metric, 1, Math::max, labels);
    }

    private void put(Metric metric, double value, DoubleBinaryOperator merge, String... labels) {
        List<String> key = List.of(labels);
        if (key.size() != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " has other labels than " + key);
        }
        values.computeIfAbsent(metric, _ -> new LinkedHashMap<>())
                .merge(key, value, merge::applyAsDouble);
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        values.forEach((metric, series) -> all.metricSnapshot(snapshot(metric, series)));
        return all.build();
    }

    private static MetricSnapshot snapshot(Metric metric, Map<List<String>, Double> series) {
        return switch (metric.kind()) {
            case GAUGE -> gauge(metric, series);
            case COUNTER -> counter(metric, series);
            case INFO -> info(metric, series);
            case HISTOGRAM -> throw new IllegalArgumentException(metric + " counts by itself");
        };
    }

    private static MetricSnapshot gauge(Metric metric, Map<List<String>, Double> series) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.baseName()).help(metric.help());
        series.forEach((labels, value) ->
                gauge.dataPoint(
                        GaugeDataPointSnapshot.builder()
                                .labels(labels(metric, labels))
                                .value(value)
                                .build()));
        return gauge.build();
    }

    private static MetricSnapshot counter(Metric metric, Map<List<String>, Double> series) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(metric.baseName()).help(metric.help());
        series.forEach((labels, value) ->
                counter.dataPoint(
                        CounterDataPointSnapshot.builder()
                                .labels(labels(metric, labels))
                                .value(value)
                                .build()));
        return counter.build();
    }

    private static MetricSnapshot info(Metric metric, Map<List<String>, Double> series) {
        InfoSnapshot.Builder info =
                InfoSnapshot.builder().name(metric.baseName()).help(metric.help());
        series.keySet()
                .forEach(labels ->
                        info.dataPoint(
                                InfoDataPointSnapshot.builder()
                                        .labels(labels(metric, labels))
                                        .build()));
        return info.build();
    }

    private static Labels labels(Metric metric, List<String> values) {
        return Labels.of(metric.labels(), values);
    }
}
