/** How the daemon gets on: what metrics, health checks and the status page are made from. */
@NullMarked
package clamd.vproxy.supervisor.reports.status;

import org.jspecify.annotations.NullMarked;
