package clamd.vproxy.supervisor.connections.listen;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two daemons from listening on the sockets of one template: each would take them from the
 * other, and each would grant the full quotas. The lock is a file beside the sockets, which stays
 * locked as long as the process lives; the file itself is never removed. Confined to one thread.
 */
final class HybridLock implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HybridLock.class);

    /**
     * How long to wait for the lock: a daemon that is being replaced, or a check, may hold it for a
     * moment.
     */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final HybridTemplate template;
    private final Path file;
    private boolean complained;
    private @Nullable FileChannel held;

    /** Creates a lock that is not taken yet. */
    HybridLock(HybridTemplate template, int port) {
        this.template = template;
        this.file = template.lockFile(port);
    }

    /**
     * Takes the lock if it is not held yet. Without write permission there, the daemon continues
     * with a warning; without the folder, there can be no sockets either.
     *
     * @param patience how long to wait for a daemon that holds it
     * @throws IOException if another daemon holds it; the message names that daemon
     */
    void take(Duration patience) throws IOException {
        if (held != null) {
            return;
        }
        try {
            held = lock(patience);
        } catch (NoSuchFileException _) {
            log.debug("{} cannot be locked yet: its folder is missing", file);
        } catch (HeldException e) {
            throw e;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                log.warn(
                        "{} cannot be locked, so a second daemon on these sockets would not be"
                                + " noticed: {}",
                        file,
                        e.toString());
            }
        }
    }

    private FileChannel lock(Duration patience) throws IOException {
        FileChannel channel = open(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            for (long left = patience.dividedBy(PAUSE); !tryLock(channel); left--) {
                if (left <= 0) {
                    throw new HeldException(
                            "another daemon%s serves %s: it holds %s; stop it, or give this one a --hybrid-vsock or --port of its own"
                                    .formatted(holder(), template.template(), file));
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Describes the process that holds the lock; empty if it is free. */
    Optional<String> heldBy() throws IOException {
        try (FileChannel channel = open(StandardOpenOption.WRITE)) {
            return tryLock(channel)
                    ? Optional.empty()
                    : Optional.of("a daemon%s".formatted(holder()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private FileChannel open(OpenOption... options) throws IOException {
        OpenOption[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = LinkOption.NOFOLLOW_LINKS;
        return FileChannel.open(file, all);
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            // belongs to the channel, and is released with it
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private String holder() {
        try {
            String pid = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return pid.matches("[0-9]{1,10}") ? " (pid " + pid + ")" : "";
        } catch (IOException _) {
            return "";
        }
    }

    /** Releases the lock. */
    @Override
    public void close() {
        try {
            if (held != null) {
                held.close();
            }
        } catch (IOException e) {
            log.debug("closing {}", file, e);
        }
    }

    private static final class HeldException extends IOException {
        private static final long serialVersionUID = 1;

        HeldException(String message) {
            super(message);
        }
    }
}
