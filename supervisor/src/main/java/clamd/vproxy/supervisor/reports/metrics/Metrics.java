package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.supervisor.reports.status.DaemonSnapshot;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The metrics that Prometheus scrapes: the daemon's own and the JVM's. Thread-safe. */
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    /**
     * @param daemon provides a snapshot for each scrape
     */
    public Metrics(Supplier<DaemonSnapshot> daemon) {
        registry.register((MultiCollector) () -> snapshots(daemon.get()));
        JvmMemoryMetrics.builder().register(registry);
        JvmBufferPoolMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmRuntimeInfoMetric.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    private static MetricSnapshots snapshots(DaemonSnapshot daemon) {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (Metric metric : Metric.all()) {
            Series series = metric.values(daemon);
            if (!series.isEmpty()) {
                all.metricSnapshot(series.of(metric));
            }
        }
        return all.build();
    }

    /**
     * The values of all metrics in one of Prometheus' text formats. Immutable.
     *
     * @param contentType the format, for the answer's header
     * @param text the values
     */
    public record Exposition(String contentType, String text) {}

    /**
     * Returns the current values.
     *
     * @param accept the header in which the scraper names its formats, or null. The answer has the
     *     plain text format, or OpenMetrics if the header prefers that
     */
    public Exposition scrape(@Nullable String accept) {
        ExpositionFormatWriter writer =
                prefersOpenMetrics(AcceptHeader.parse(accept))
                        ? formats.getOpenMetricsTextFormatWriter()
                        : formats.getPrometheusTextFormatWriter();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return new Exposition(writer.getContentType(), text.toString(StandardCharsets.UTF_8));
    }

    private static boolean prefersOpenMetrics(AcceptHeader accept) {
        double openMetrics = accept.quality("application/openmetrics-text");
        return openMetrics > 0 && openMetrics >= accept.quality("text/plain", "text/*", "*/*");
    }
}
