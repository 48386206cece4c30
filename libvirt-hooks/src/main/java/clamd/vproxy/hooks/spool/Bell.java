package clamd.vproxy.hooks.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The FIFO with which scripts wake the supervisor. A script can open it for writing only while a
 * process has it open for reading, so the open shows whether a supervisor runs. The supervisor that
 * owns the bell holds a lock on it, which the kernel releases when that process ends.
 *
 * <p>Thread-safe; one thread waits for rings.
 */
final class Bell implements AutoCloseable {
    private static final int MOST_RINGS_AT_ONCE = 4096;

    private final Path path;
    private final FileChannel channel;

    /** A separate channel for ringing, because a channel does not write while it is being read. */
    private final FileChannel ringing;

    /** The file system's key of the FIFO, which identifies it among other files. */
    private final Object key;

    private Bell(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.key = Objects.requireNonNull(key(path));
        this.ringing = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Creates the bell, or takes over the one that a dead supervisor left.
     *
     * @throws IOException if another supervisor owns it, or it cannot be created
     */
    static Bell hang(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Posix.mkfifo(path);
        } else if (!isFifo(path)) {
            throw new IOException(path + " is there already and is no FIFO; remove it");
        }
        // open for both, so that it neither waits for a script nor ends when the last one closes
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        if (!isKept(channel)) {
            channel.close();
            throw new IOException(
                    "another supervisor uses " + path + "; give this one a folder of its own");
        }
        return new Bell(path, channel);
    }

    /**
     * Whether the path is a FIFO: neither a file, a folder nor a link. A device is ruled out
     * because only root can create one, and a socket because it cannot be opened.
     */
    private static boolean isFifo(Path path) throws IOException {
        Object other = Files.getAttribute(path, "isOther", LinkOption.NOFOLLOW_LINKS);
        return other.equals(true);
    }

    /** Whether this supervisor could lock the bell. The lock lasts until the channel is closed. */
    private static boolean isKept(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // another supervisor in this process
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Whether the path still leads to this bell; an administrator may have removed it. */
    boolean isInPlace() {
        try {
            return key.equals(key(path));
        } catch (IOException _) {
            return false;
        }
    }

    /** Waits until the bell is rung; rings since the last wait count as one. */
    void await() throws IOException {
        int _ = channel.read(ByteBuffer.allocate(MOST_RINGS_AT_ONCE));
    }

    void ring() throws IOException {
        int _ = ringing.write(ByteBuffer.wrap(new byte[] {'.'}));
    }

    /**
     * Removes the bell, so that no more scripts find it; those that have it open can still ring.
     */
    void takeDown() throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            ringing.close();
        }
    }
}
