/** The shapes of a log line, and where it goes. */
@NullMarked
package clamd.vproxy.supervisor.reports.log;

import org.jspecify.annotations.NullMarked;
