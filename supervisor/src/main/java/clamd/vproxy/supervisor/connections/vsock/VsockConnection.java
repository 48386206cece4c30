package clamd.vproxy.supervisor.connections.vsock;

import java.nio.channels.SocketChannel;

/**
 * An accepted connection and its peer. Immutable.
 *
 * <p>The channel is in blocking mode. Its owner thread reads, writes and closes it; any other
 * thread may only call {@code shutdownInput}, after which a blocked read returns -1, and {@code
 * shutdownOutput}, after which a blocked write returns the count written so far or throws. Direct
 * buffers go to the kernel without a copy. A read or write that throws has closed the channel,
 * whatever the exception's class; closing it again is harmless.
 *
 * @param channel the connection, to be closed by the caller that takes it
 * @param peerCid the peer's context id as the kernel vouches for it (getpeername(2)), 0 to
 *     4294967295
 */
public record VsockConnection(SocketChannel channel, long peerCid) {}
