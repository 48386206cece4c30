/**
 * The running daemon, put together from its parts: {@code Supervisor} starts and stops them, {@code
 * ControlCommands} carries out the commands of the control socket.
 */
@NullMarked
package clamd.vproxy.supervisor.daemon;

import org.jspecify.annotations.NullMarked;
