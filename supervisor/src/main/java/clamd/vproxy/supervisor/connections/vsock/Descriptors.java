package clamd.vproxy.supervisor.connections.vsock;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import org.newsclub.net.unix.AFSocket;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;

/** Wraps file descriptors of this process, given by their numbers. */
public final class Descriptors {
    private Descriptors() {}

    /**
     * Returns the descriptor with this number. It stays open when the returned object is collected.
     *
     * @throws IOException if there is no such descriptor, or junixsocket's native library cannot be
     *     loaded
     */
    public static FileDescriptor of(int number) throws IOException {
        return cast(number).getFileDescriptor();
    }

    /**
     * Returns the listening Unix socket with this number. The channel is non-blocking, its
     * connections block, and closing it closes the descriptor and keeps the file.
     *
     * @throws IOException if it is not a listening Unix socket
     */
    public static ServerSocketChannel unixListener(int number) throws IOException {
        FileDescriptorCast cast = cast(number);
        if (!cast.isAvailable(AFUNIXServerSocketChannel.class)) {
            throw new IOException("descriptor " + number + " is no Unix socket");
        }
        AFUNIXServerSocketChannel channel = cast.as(AFUNIXServerSocketChannel.class);
        channel.setDeleteOnClose(false);
        channel.configureBlocking(false);
        return channel;
    }

    /** Closes an unused descriptor; other processes may still have the socket. */
    public static void close(int number) throws IOException {
        new FileInputStream(of(number)).close();
    }

    private static FileDescriptorCast cast(int number) throws IOException {
        try {
            AFSocket.ensureSupported();
            return FileDescriptorCast.unsafeUsing(number);
        } catch (UnsupportedOperationException e) {
            // AFSocket.ensureSupported reports a missing native library this way
            throw new IOException("junixsocket's native library cannot be loaded", e);
        }
    }
}
