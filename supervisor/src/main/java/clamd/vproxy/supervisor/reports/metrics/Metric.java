package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.supervisor.reports.status.DaemonSnapshot;
import java.util.List;
import java.util.stream.Stream;

/**
 * A metric of the daemon itself. Units are Prometheus' base units. Immutable.
 *
 * @param baseName the name without the suffix of its kind
 * @param help one sentence
 * @param values adds the values to a series
 * @param labels the labels' names
 */
record Metric(Kind kind, String baseName, String help, Values values, List<String> labels) {
    /** The prefix of all names. */
    static final String PREFIX = "clamd_vproxy_";

    /** The type of a metric's values. */
    enum Kind {
        GAUGE(""),
        COUNTER("_total"),
        INFO("_info"),
        HISTOGRAM("");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * @param name the name without {@link #PREFIX} and without the suffix of its kind
     */
    Metric(Kind kind, String name, String help, Values values, String... labels) {
        this(kind, PREFIX + name, help, values, List.of(labels));
    }

    /**
     * Returns all metrics of the daemon, as {@code src/main/monitoring/README.md} lists them.
     * CONTRIBUTING.md has the steps to add one.
     */
    static List<Metric> all() {
        return Stream.concat(GuestMetrics.ALL.stream(), DaemonMetrics.ALL.stream()).toList();
    }

    /** Returns the name in queries. */
    String fullName() {
        return baseName + kind.suffix;
    }

    /** Returns the values; empty if the metric does not apply now. */
    Series values(DaemonSnapshot daemon) {
        Series series = new Series();
        values.give(daemon, series);
        return series;
    }
}
