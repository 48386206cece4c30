package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.policies.Command;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.reports.activity.Wait;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/**
 * How long scans and waits take. Of all guests together: a histogram has a series for each bucket,
 * and for each guest that would be most of what is scraped. Thread-safe.
 */
public final class SessionHistograms implements SessionObserver {
    private static final double NANOS_PER_SECOND = 1e9;

    /** In seconds: from a small file in a fast scanner to clamd's usual MaxScanTime. */
    private static final double[] SCAN_BOUNDS = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120
    };

    /** In seconds: most wait for next to nothing, none for much longer than the queue timeout. */
    private static final double[] WAIT_BOUNDS = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

    private final Histogram scans = of(Metric.SCAN, SCAN_BOUNDS);
    private final Histogram waits = of(Metric.SESSION_WAIT, WAIT_BOUNDS);

    /** Histograms of nothing; those of each wait are there from the beginning. */
    public SessionHistograms() {
        for (Wait wait : Wait.values()) {
            waits.initLabelValues(wait.label());
        }
    }

    private static Histogram of(Metric metric, double... bounds) {
        return Histogram.builder()
                .name(metric.baseName())
                .help(metric.help())
                .labelNames(metric.labels().toArray(String[]::new))
                .classicOnly()
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .build();
    }

    void register(PrometheusRegistry registry) {
        registry.register(scans);
        registry.register(waits);
    }

    @Override
    public void ended(EndedSession session) {
        SessionResult result = session.result();
        if (result.scan().isPositive()) {
            scans.observe(seconds(result.scan()));
        }
        // an INSTREAM that the policy refuses waits for nothing at clamd: it is no short wait
        boolean stream = result.command().filter(Command.INSTREAM::equals).isPresent();
        for (Wait wait : Wait.values()) {
            Duration time = wait.of(result);
            // who was refused at once has not waited; it would look like a short wait
            boolean applies =
                    wait == Wait.QUEUE
                            ? time.isPositive() || result.verdict() != Verdict.REFUSED
                            : stream;
            if (applies) {
                waits.labelValues(wait.label()).observe(seconds(time));
            }
        }
    }

    private static double seconds(Duration time) {
        return time.toNanos() / NANOS_PER_SECOND;
    }
}
