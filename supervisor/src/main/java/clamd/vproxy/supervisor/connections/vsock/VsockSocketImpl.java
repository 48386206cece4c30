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
     * Creates the descriptor at once: if its creation waited for the first use, a missing vsock in
     * the kernel would be reported as "Socket is closed".
     */
    VsockSocketImpl opened() throws IOException {
        create(true);
        return this;
    }
}
