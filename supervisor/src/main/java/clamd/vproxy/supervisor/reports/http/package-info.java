/** Read-only HTTP access to the daemon: metrics, health and a status page. */
@NullMarked
package clamd.vproxy.supervisor.reports.http;

import org.jspecify.annotations.NullMarked;
