/** The daemon over HTTP: metrics, health and a status page, to be looked at and nothing else. */
@NullMarked
package clamd.vproxy.supervisor.reports.http;

import org.jspecify.annotations.NullMarked;
