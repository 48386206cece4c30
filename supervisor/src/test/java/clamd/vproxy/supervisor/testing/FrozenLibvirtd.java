package clamd.vproxy.supervisor.testing;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/**
 * A libvirtd that lets everybody connect and never says a word, until it is closed. Thread-safe.
 */
public final class FrozenLibvirtd implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;

    /** Listens in this folder, which must have no other. */
    public FrozenLibvirtd(Path folder) throws IOException {
        socket = folder.resolve("libvirt-sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    /** The connect URI. */
    public String uri() {
        return "qemu+unix:///system?socket=" + socket;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
