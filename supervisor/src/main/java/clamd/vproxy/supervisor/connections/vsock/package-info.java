/**
 * Implements AF_VSOCK server sockets: the few junixsocket subclasses that the artifact {@code
 * junixsocket-vsock} would provide, to be removed once that artifact is available, and the listener
 * on top of them that the supervisor uses.
 */
@NullMarked
package clamd.vproxy.supervisor.connections.vsock;

import org.jspecify.annotations.NullMarked;
