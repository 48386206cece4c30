package clamd.vproxy.supervisor.connections.vsock;

import java.io.FileDescriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFSocketImpl;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/** Makes junixsocket create its descriptors in the AF_VSOCK family. */
final class VsockSocketImpl extends AFSocketImpl<AFVSOCKSocketAddress> {
    VsockSocketImpl(@Nullable FileDescriptor descriptor) {
        super(AFVSOCKSocketAddress.addressFamily(), descriptor);
    }

    /**
     * Creates the descriptor at once: left to the first use, a kernel without vsock shows up as
     * "Socket is closed".
     */
    VsockSocketImpl opened() throws IOException {
        create(true);
        return this;
    }
}
