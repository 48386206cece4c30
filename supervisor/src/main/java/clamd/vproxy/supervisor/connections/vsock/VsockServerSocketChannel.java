package clamd.vproxy.supervisor.connections.vsock;

import org.newsclub.net.unix.AFServerSocketChannel;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/** A listener as a channel; blocking only, since it has no selector provider. */
final class VsockServerSocketChannel extends AFServerSocketChannel<AFVSOCKSocketAddress> {
    VsockServerSocketChannel(VsockServerSocket socket) {
        super(socket, null);
    }
}
