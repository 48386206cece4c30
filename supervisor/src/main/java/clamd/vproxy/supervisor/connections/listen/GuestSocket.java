package clamd.vproxy.supervisor.connections.listen;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening Unix socket of one guest. Whoever can connect to it is that guest, so it is made
 * where nobody else can reach it, gets its mode and owner, and only then is renamed to its place.
 *
 * <p>Confined to the acceptor thread of the hybrid sockets.
 */
final class GuestSocket implements AutoCloseable {
    /** Where a socket is made, below the folder of its place. */
    static final String MAKING = "/.vproxy/s";

    private static final Logger log = LoggerFactory.getLogger(GuestSocket.class);
    private static final int BACKLOG = 128;

    private final Path path;
    private final ServerSocketChannel channel;
    private final @Nullable Object fileKey;

    private GuestSocket(Path path, ServerSocketChannel channel, @Nullable Object fileKey) {
        this.path = path;
        this.channel = channel;
        this.fileKey = fileKey;
    }

    /**
     * Listens at {@code path}, in place of a socket that an earlier run may have left there.
     *
     * @throws IOException if the folder is missing, something else than a socket is in the way, or
     *     the owner cannot be set
     */
    static GuestSocket listen(Path path, SocketOwner owner) throws IOException {
        Path folder = Objects.requireNonNull(path.getParent());
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString(), null, "the folder is missing");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !attributes(path).isOther()) {
            throw new IOException(path + " is there already and is no socket; remove it");
        }
        Path made = Path.of(folder + MAKING);
        Path workshop = Objects.requireNonNull(made.getParent());
        discard(made, workshop);
        Files.createDirectory(
                workshop,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            channel.configureBlocking(false);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            owner.take(made);
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return new GuestSocket(path, channel, attributes(path).fileKey());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        } finally {
            discard(made, workshop);
        }
    }

    /** Also what an earlier run may have left: only one supervisor has this folder's socket. */
    private static void discard(Path made, Path workshop) throws IOException {
        Files.deleteIfExists(made);
        Files.deleteIfExists(workshop);
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    ServerSocketChannel channel() {
        return channel;
    }

    Path path() {
        return path;
    }

    /** Whether the socket is still the one in its place; a VMM may have cleaned its folder up. */
    boolean isInPlace() {
        try {
            return Objects.equals(attributes(path).fileKey(), fileKey);
        } catch (IOException _) {
            return false;
        }
    }

    /** Removes the file, unless it is somebody else's by now; nobody can connect then. */
    void remove() {
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
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing {}", path, e);
        }
    }
}
