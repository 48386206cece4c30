package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.supervisor.reports.activity.Histogram;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.DoubleBinaryOperator;

/**
 * The values of a metric at one moment. Values with equal labels become one, because a duplicate
 * series invalidates the whole scrape. Confined to one thread.
 */
final class Series {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Map<List<String>, Double> values = new LinkedHashMap<>();
    private final Map<List<String>, Histogram.Buckets> histograms = new LinkedHashMap<>();

    /** Adds a count to the series with these labels, in the metric's order. */
    void add(long count, String... labels) {
        put((double) count, Double::sum, labels);
    }

    /** Adds a time in seconds. */
    void add(Duration time, String... labels) {
        put(seconds(time), Double::sum, labels);
    }

    /** Sets a point in time as Unix time. */
    void set(Instant time, String... labels) {
        put(time.toEpochMilli() / MILLIS_PER_SECOND, Math::max, labels);
    }

    /** Sets 1 for true or 0 for false. */
    void set(boolean value, String... labels) {
        put(value ? 1 : 0, Math::max, labels);
    }

    /** Sets a time in seconds, if it is the largest so far. */
    void max(Duration time, String... labels) {
        put(seconds(time), Math::max, labels);
    }

    /** Sets a count, if it is the smallest so far. */
    void min(long count, String... labels) {
        put((double) count, Math::min, labels);
    }

    /** Sets the labels of an info metric. */
    void info(String... labels) {
        set(true, labels);
    }

    void histogram(Histogram.Buckets buckets, String... labels) {
        histograms.put(List.of(labels), buckets);
    }

    private void put(double value, DoubleBinaryOperator merge, String... labels) {
        values.merge(List.of(labels), value, merge::applyAsDouble);
    }

    private static double seconds(Duration time) {
        return time.getSeconds() + time.getNano() / NANOS_PER_SECOND;
    }

    boolean isEmpty() {
        return values.isEmpty() && histograms.isEmpty();
    }

    /** Returns the values in the form that Prometheus' library expects. */
    MetricSnapshot of(Metric metric) {
        String[] labels = metric.labels().toArray(String[]::new);
        return switch (metric.kind()) {
            case GAUGE ->
                    GaugeWithCallback.builder()
                            .name(metric.baseName())
                            .help(metric.help())
                            .labelNames(labels)
                            .callback(gauge -> forEach(gauge::call))
                            .build()
                            .collect();
            case COUNTER ->
                    CounterWithCallback.builder()
                            .name(metric.baseName())
                            .help(metric.help())
                            .labelNames(labels)
                            .callback(counter -> forEach(counter::call))
                            .build()
                            .collect();
            case INFO -> {
                Info info =
                        Info.builder()
                                .name(metric.baseName())
                                .help(metric.help())
                                .labelNames(labels)
                                .build();
                forEach((_, values) -> info.addLabelValues(values));
                yield info.collect();
            }
            case HISTOGRAM -> histogramOf(metric);
        };
    }

    private void forEach(BiConsumer<Double, String[]> sample) {
        values.forEach((labels, value) -> sample.accept(value, labels.toArray(String[]::new)));
    }

    private MetricSnapshot histogramOf(Metric metric) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(metric.baseName()).help(metric.help());
        histograms.forEach((labels, buckets) ->
                histogram.dataPoint(
                        HistogramDataPointSnapshot.builder()
                                .labels(Labels.of(metric.labels(), labels))
                                .classicHistogramBuckets(
                                        ClassicHistogramBuckets.of(
                                                buckets.bounds(), buckets.counts()))
                                .sum(seconds(buckets.sum()))
                                .build()));
        return histogram.build();
    }
}
