/** Listening sockets: Unix sockets put into place, and failures to accept. */
@NullMarked
package clamd.vproxy.supervisor.base.sockets;

import org.jspecify.annotations.NullMarked;
