/** The daemon's status: the source of metrics, health checks and the status page. */
@NullMarked
package clamd.vproxy.supervisor.reports.status;

import org.jspecify.annotations.NullMarked;
