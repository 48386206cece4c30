/** How commands talk to the running daemon: lines of JSON over a Unix socket. */
@NullMarked
package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.NullMarked;
