package clamd.vproxy.supervisor.connections.vsock;

import org.newsclub.net.unix.AFSocketChannel;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/** A connection as a channel; blocking only, since it has no selector provider. */
final class VsockSocketChannel extends AFSocketChannel<AFVSOCKSocketAddress> {
    VsockSocketChannel(VsockSocket socket) {
        super(socket, null);
    }
}
