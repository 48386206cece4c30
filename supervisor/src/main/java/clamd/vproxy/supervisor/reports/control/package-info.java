/**
 * Connects commands to the running daemon: lines of JSON over a Unix socket. {@code
 * ControlCommands} in {@code daemon} carries them out.
 */
@NullMarked
package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.NullMarked;
