package clamd.vproxy.supervisor.reports.activity;

import java.util.Map;

/**
 * The sessions of all guests that have ended. Immutable.
 *
 * @param byDomain by the names of the running guests
 * @param waits how long sessions of all guests waited, by what they waited for
 * @param scans how long scans of all guests took
 */
public record HostCounts(
        Map<String, SessionCounts> byDomain,
        Map<Wait, Histogram.Buckets> waits,
        Histogram.Buckets scans) {
    /** Copies the maps. */
    public HostCounts {
        byDomain = Map.copyOf(byDomain);
        waits = Map.copyOf(waits);
    }
}
