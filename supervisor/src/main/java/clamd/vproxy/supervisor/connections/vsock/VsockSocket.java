package clamd.vproxy.supervisor.connections.vsock;

import java.net.SocketException;
import org.newsclub.net.unix.AFSocket;
import org.newsclub.net.unix.AFSocketChannel;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/** The connection behind a {@link VsockSocketChannel}; only its channel is used. */
final class VsockSocket extends AFSocket<AFVSOCKSocketAddress> {
    VsockSocket() throws SocketException {
        super(new VsockSocketImpl(null), null);
    }

    @Override
    protected AFSocketChannel<AFVSOCKSocketAddress> newChannel() {
        return new VsockSocketChannel(this);
    }
}
