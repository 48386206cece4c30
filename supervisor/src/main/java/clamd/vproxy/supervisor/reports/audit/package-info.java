/** The audit file: what was found and what was blocked, as OCSF events, a line each. */
@NullMarked
package clamd.vproxy.supervisor.reports.audit;

import org.jspecify.annotations.NullMarked;
