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
 * The FIFO that scripts ring. As long as somebody has it open for reading, a script can open it for
 * writing: so the kernel itself tells scripts whether a supervisor lives. The process that has it
 * locked is its keeper, and a dead keeper's bell is free.
 *
 * <p>Thread-safe; one thread waits for rings.
 */
final class Bell implements AutoCloseable {
    private static final int MOST_RINGS_AT_ONCE = 4096;

    private final Path path;
    private final FileChannel channel;

    /** One of its own: a channel that is being read does not write meanwhile. */
    private final FileChannel ringing;

    /** Which file it is, as the file system tells it from others. */
    private final Object key;

    private Bell(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.key = Objects.requireNonNull(key(path));
        this.ringing = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes the bell, or takes over the one that a dead supervisor left.
     *
     * @throws IOException if another supervisor keeps it, or it cannot be made
     */
    static Bell hang(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Posix.mkfifo(path);
        } else if (!isFifo(path)) {
            throw new IOException(path + " is there already and is no FIFO; remove it");
        }
        // reading and writing: neither waits for a script, nor ends when the last one has closed
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
     * Neither a file, a folder nor a link: one cannot make a device, and a socket cannot be opened.
     */
    private static boolean isFifo(Path path) throws IOException {
        Object other = Files.getAttribute(path, "isOther", LinkOption.NOFOLLOW_LINKS);
        return other.equals(true);
    }

    /** Whether we are its keeper now. The lock lasts until the channel is closed. */
    private static boolean isKept(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // another one in this process
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Whether the bell is still the one in its place; somebody may have removed it. */
    boolean isInPlace() {
        try {
            return key.equals(key(path));
        } catch (IOException _) {
            return false;
        }
    }

    /** Waits until the bell is rung; rings that came meanwhile count as one. */
    void await() throws IOException {
        int _ = channel.read(ByteBuffer.allocate(MOST_RINGS_AT_ONCE));
    }

    void ring() throws IOException {
        int _ = ringing.write(ByteBuffer.wrap(new byte[] {'.'}));
    }

    /**
     * Takes the bell away, so that no more scripts come; those that have it open can still ring.
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
