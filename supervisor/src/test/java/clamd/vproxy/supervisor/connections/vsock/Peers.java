package clamd.vproxy.supervisor.connections.vsock;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/**
 * The two ends of one connection over vsock loopback, closed together. Confined to the thread that
 * made it.
 */
record Peers(SocketChannel guest, SocketChannel host, long peerCid) implements AutoCloseable {
    private static final int LOOPBACK_CID = 1;

    static SocketChannel connectTo(int port) throws IOException {
        SocketChannel guest = new VsockSocket().getChannel();
        guest.connect(AFVSOCKSocketAddress.ofPortAndCID(port, LOOPBACK_CID));
        return guest;
    }

    static Peers connectedBy(VsockListener listener, int port) throws IOException {
        SocketChannel guest = connectTo(port);
        VsockConnection accepted = listener.accept();
        return new Peers(guest, accepted.channel(), accepted.peerCid());
    }

    @Override
    public void close() throws IOException {
        guest.close();
        host.close();
    }
}
