/** The daemon's metrics, for Prometheus. */
@NullMarked
package clamd.vproxy.supervisor.metrics;

import org.jspecify.annotations.NullMarked;
