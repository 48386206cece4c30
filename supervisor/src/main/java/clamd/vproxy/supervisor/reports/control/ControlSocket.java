package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.supervisor.base.sockets.UnixListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;

/** Opens the control socket, mode 0660, unless another daemon serves it. Static function only. */
final class ControlSocket {
    /**
     * The longest path that Java connects to, one less than {@code sun_path} has room for
     * (unix(7)).
     */
    private static final int LONGEST_PATH = 106;

    private static final int BACKLOG = 128;

    private ControlSocket() {}

    /**
     * Listens on the path, replacing a socket that a killed daemon may have left there.
     *
     * @throws IOException if that fails; the message is one line and says what to do
     */
    static UnixListener listen(Path place) throws IOException {
        Path path = place.toAbsolutePath();
        requireUsable(path, Objects.requireNonNull(path.getParent(), "the root is a folder"));
        return UnixListener.listen(path, "rw-rw----", BACKLOG, UnixListener.Handover.NONE);
    }

    private static void requireUsable(Path path, Path folder) throws IOException {
        if (bytes(path.toString()) > LONGEST_PATH) {
            throw new IOException(
                    path + " is too long for a Unix socket; name a path of 106 bytes at most");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    folder + " is missing; make it, or name another place with --control-socket");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(
                    folder + " is not writable; name another place with --control-socket");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && isServed(path)) {
            throw new IOException(path + " is served by another daemon; stop it, or name another");
        }
    }

    private static int bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Whether a process serves this socket; non-blocking, because a daemon that hangs may have a
     * full backlog.
     */
    private static boolean isServed(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            boolean _ = probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException _) {
            return false;
        } catch (IOException _) {
            // such as a full backlog: in doubt, the socket belongs to another process
            return true;
        }
    }
}
