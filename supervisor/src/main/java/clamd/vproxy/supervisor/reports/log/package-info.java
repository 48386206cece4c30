/** Encodes log lines and writes them. */
@NullMarked
package clamd.vproxy.supervisor.reports.log;

import org.jspecify.annotations.NullMarked;
