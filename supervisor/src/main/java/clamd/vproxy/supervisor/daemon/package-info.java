/** The running daemon, put together from its parts. */
@NullMarked
package clamd.vproxy.supervisor.daemon;

import org.jspecify.annotations.NullMarked;
