/** Commands that query or control the running daemon through its control socket. */
@NullMarked
package clamd.vproxy.supervisor.commands.live;

import org.jspecify.annotations.NullMarked;
