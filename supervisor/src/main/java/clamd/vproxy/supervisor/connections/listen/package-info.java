/** Where guests' connections come in: AF_VSOCK, and a Unix socket for each guest. */
@NullMarked
package clamd.vproxy.supervisor.connections.listen;

import org.jspecify.annotations.NullMarked;
