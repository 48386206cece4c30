package clamd.vproxy.supervisor.base.sockets;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening Unix socket. It is created in a private folder, gets its mode and owner, and only
 * then is renamed to its path, so that no process can connect earlier. Confined to one thread.
 */
public final class UnixListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UnixListener.class);

    /**
     * The kernel's list of Unix sockets (proc_net_unix in its documentation), with an inode in each
     * line.
     */
    private static final Path KERNEL_LIST = Path.of("/proc/self/net/unix");

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final int INODE = 6;

    private final Path path;
    private final ServerSocketChannel channel;
    private final @Nullable Object fileKey;

    /** Changes a socket's owner before other processes can see it. */
    public interface Handover {
        /** Keeps this process's user as the owner. */
        Handover NONE = made -> {};

        /** Changes the owner of {@code made}. */
        void take(Path made) throws IOException;
    }

    private UnixListener(Path path, ServerSocketChannel channel, @Nullable Object fileKey) {
        this.path = path;
        this.channel = channel;
        this.fileKey = fileKey;
    }

    /**
     * Listens at {@code path}, in place of a socket that an earlier run may have left there.
     *
     * @param mode as in {@code rw-------}
     * @throws IOException if the folder is missing, a file other than a socket is in the way, or
     *     the owner cannot be set
     */
    public static UnixListener listen(Path path, String mode, int backlog, Handover owner)
            throws IOException {
        Path folder = Objects.requireNonNull(path.getParent());
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString(), null, "the folder is missing");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !attributes(path).isOther()) {
            throw new IOException(path + " is there already and is no socket; remove it");
        }
        // one private folder in each folder: guests' sockets and the control socket may share it
        synchronized (UnixListener.class) {
            try (PrivateFolder privateFolder = PrivateFolder.make(folder)) {
                return move(
                        bind(privateFolder.socket(), mode, backlog, owner), privateFolder, path);
            }
        }
    }

    private static ServerSocketChannel bind(Path made, String mode, int backlog, Handover owner)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made), backlog);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(mode));
            owner.take(made);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static UnixListener move(
            ServerSocketChannel channel, PrivateFolder privateFolder, Path path)
            throws IOException {
        try {
            Object key = attributes(privateFolder.socket()).fileKey();
            Files.move(privateFolder.socket(), path, StandardCopyOption.ATOMIC_MOVE);
            return new UnixListener(path, channel, key);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the channel to accept from. */
    public ServerSocketChannel channel() {
        return channel;
    }

    /** Returns the path of the socket. */
    public Path path() {
        return path;
    }

    /**
     * Returns the number of the socket's descriptor. The JDK does not expose it, so this searches
     * this process's descriptors, which is fastest for a new socket.
     *
     * @throws IOException if /proc does not show it
     */
    public int descriptor() throws IOException {
        String bound = " " + channel.getLocalAddress();
        List<String> names;
        try (Stream<String> lines = Files.lines(KERNEL_LIST, StandardCharsets.ISO_8859_1)) {
            names =
                    lines.filter(line -> line.endsWith(bound))
                            .map(line -> "socket:[" + line.trim().split(" +", -1)[INODE] + "]")
                            .toList();
        }
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors
                    .map(each -> Integer.valueOf(each.getFileName().toString()))
                    // a new one is near the end, and each check costs a system call
                    .sorted(Comparator.reverseOrder())
                    .filter(each -> names.contains(target(each)))
                    .findFirst()
                    .orElseThrow(() -> new IOException("/proc shows no descriptor of " + path));
        }
    }

    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)))
                    .toString();
        } catch (IOException _) {
            return ""; // closed meanwhile
        }
    }

    /** Whether the path still names this socket; another process may have removed it. */
    public boolean isInPlace() {
        try {
            return Objects.equals(attributes(path).fileKey(), fileKey);
        } catch (IOException _) {
            return false;
        }
    }

    /** Removes the file, unless another process has replaced it; no process can connect then. */
    public void remove() {
        try {
            if (isInPlace()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            log.warn("{} could not be removed: {}", path, e.getMessage());
        }
    }

    /** Removes the file and stops listening. */
    @Override
    public void close() {
        remove();
        leave();
    }

    /**
     * Closes only this process's descriptor: other processes that have the socket keep listening.
     */
    public void leave() {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing {}", path, e);
        }
    }
}
