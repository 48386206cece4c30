package clamd.vproxy.supervisor.reports.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening control socket, mode 0660. It is made where nobody else can reach it, gets its
 * mode, and only then is renamed to its place. Opened and closed by one thread.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);

    /** Where it is made, below the folder of its place. */
    private static final String MAKING = ".control/s";

    /** Of {@code sun_path}, without the end (unix(7)). */
    private static final int LONGEST_PATH = 107;

    private static final int BACKLOG = 16;

    private final Path path;
    private final ServerSocketChannel channel;
    private final @Nullable Object fileKey;

    private ControlSocket(Path path, ServerSocketChannel channel, @Nullable Object fileKey) {
        this.path = path;
        this.channel = channel;
        this.fileKey = fileKey;
    }

    /**
     * Listens, in place of a socket that a killed daemon may have left there.
     *
     * @throws IOException if that cannot be; the message is one line and says what to do
     */
    static ControlSocket listen(Path place) throws IOException {
        Path path = place.toAbsolutePath();
        Path folder = Objects.requireNonNull(path.getParent(), "the root is a folder");
        requireUsable(path, folder);
        Path made = folder.resolve(MAKING);
        Path workshop = Objects.requireNonNull(made.getParent());
        discard(made, workshop);
        Files.createDirectory(
                workshop,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-rw----"));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return new ControlSocket(path, channel, attributes(path).fileKey());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        } finally {
            discard(made, workshop);
        }
    }

    private static void requireUsable(Path path, Path folder) throws IOException {
        // it is made at a path of about the same length
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        int makingLength =
                folder.resolve(MAKING).toString().getBytes(StandardCharsets.UTF_8).length;
        if (Math.max(length, makingLength) > LONGEST_PATH) {
            throw new IOException(
                    path + " is too long for a Unix socket; name a path of 90 bytes at most");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    folder + " is missing; make it, or name another place with --control-socket");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(
                    folder + " is not writable; name another place with --control-socket");
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!attributes(path).isOther()) {
            throw new IOException(path + " is there already and is no socket; remove it");
        }
        if (isServed(path)) {
            throw new IOException(path + " is served by another daemon; stop it, or name another");
        }
    }

    /** Not blocking, for a daemon that hangs may have a full backlog. */
    private static boolean isServed(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            boolean _ = probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException _) {
            return false;
        } catch (IOException _) {
            // such as a full backlog: whatever it is, it is not ours to take away
            return true;
        }
    }

    /** Also what a killed daemon may have left. */
    private static void discard(Path made, Path workshop) throws IOException {
        Files.deleteIfExists(made);
        Files.deleteIfExists(workshop);
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Removes the file, unless it is another daemon's by now, and stops listening. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && Objects.equals(attributes(path).fileKey(), fileKey)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            log.warn("{} could not be removed: {}", path, e.getMessage());
        }
    }
}
