/** Accepts guests' connections: on AF_VSOCK, and on a Unix socket for each guest. */
@NullMarked
package clamd.vproxy.supervisor.connections.listen;

import org.jspecify.annotations.NullMarked;
