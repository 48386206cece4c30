/**
 * Assembles the running daemon: {@code Supervisor} starts and stops its parts, {@code
 * ControlCommands} carries out the commands of the control socket.
 */
@NullMarked
package clamd.vproxy.supervisor.daemon;

import org.jspecify.annotations.NullMarked;
