package clamd.vproxy.supervisor.connections.vsock;

import java.io.FileDescriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFServerSocket;
import org.newsclub.net.unix.AFServerSocketChannel;
import org.newsclub.net.unix.AFSocket;
import org.newsclub.net.unix.AFSocketImpl;
import org.newsclub.net.unix.AFVSOCKSocketAddress;

/** The listening socket behind a {@link VsockListener}. */
final class VsockServerSocket extends AFServerSocket<AFVSOCKSocketAddress> {
    VsockServerSocket(@Nullable FileDescriptor descriptor) throws IOException {
        super(descriptor);
    }

    /** Wraps a listening socket. */
    static VsockServerSocket listening(FileDescriptor descriptor) throws IOException {
        return (VsockServerSocket) newInstance(VsockServerSocket::new, descriptor, 0, 0);
    }

    @Override
    protected AFServerSocketChannel<AFVSOCKSocketAddress> newChannel() {
        return new VsockServerSocketChannel(this);
    }

    @Override
    protected AFSocketImpl<AFVSOCKSocketAddress> newImpl(@Nullable FileDescriptor descriptor)
            throws IOException {
        return new VsockSocketImpl(descriptor).opened();
    }

    @Override
    protected AFSocket<AFVSOCKSocketAddress> newSocketInstance() throws IOException {
        return new VsockSocket();
    }
}
