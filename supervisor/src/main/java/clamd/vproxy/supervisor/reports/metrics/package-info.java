/** The daemon's metrics, for Prometheus. */
@NullMarked
package clamd.vproxy.supervisor.reports.metrics;

import org.jspecify.annotations.NullMarked;
