package clamd.vproxy.supervisor.testing;

import clamd.vproxy.worker.net.ChannelSocket;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** Makes real connections without a listener of the supervisor's. Confined to one thread. */
public final class Connections implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel listening;

    /** Both ends of one connection. */
    public record Pair(GuestClient guest, StreamSocket accepted) {}

    /** Listens in this folder for itself. */
    public Connections(Path folder) throws IOException {
        socket = folder.resolve("connections");
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
    }

    /** A new connection. */
    public Pair make() throws IOException {
        GuestClient guest = GuestClient.at(socket);
        return new Pair(guest, new ChannelSocket(listening.accept()));
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
