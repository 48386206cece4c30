/** Writes the audit file: detections and blocked commands, as OCSF events, a line each. */
@NullMarked
package clamd.vproxy.supervisor.reports.audit;

import org.jspecify.annotations.NullMarked;
