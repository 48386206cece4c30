package clamd.vproxy.supervisor.reports.activity;

import java.util.Map;

/**
 * The counts of ended sessions of all guests. Immutable.
 *
 * @param byDomain the counts by the names of the running guests
 * @param byTenant the counts by the names of the tenants that have their own, and {@code other} for
 *     the rest
 * @param waits how long sessions of all guests waited, by what they waited for
 * @param scans how long scans of all guests took
 */
public record HostCounts(
        Map<String, SessionCounts> byDomain,
        Map<String, SessionCounts> byTenant,
        Map<Wait, Histogram.Buckets> waits,
        Histogram.Buckets scans) {
    /** Copies the maps. */
    public HostCounts {
        byDomain = Map.copyOf(byDomain);
        byTenant = Map.copyOf(byTenant);
        waits = Map.copyOf(waits);
    }
}
