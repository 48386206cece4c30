/**
 * Counts sessions by their results, for each running domain, for each tenant and for the host, and
 * names the limit that ended one.
 */
@NullMarked
package clamd.vproxy.supervisor.reports.activity;

import org.jspecify.annotations.NullMarked;
