/**
 * AF_VSOCK server sockets: the few junixsocket subclasses that the artifact {@code
 * junixsocket-vsock} would bring, which fall away when that artifact can be had, and behind them
 * the listener the supervisor uses.
 */
@NullMarked
package clamd.vproxy.supervisor.connections.vsock;

import org.jspecify.annotations.NullMarked;
