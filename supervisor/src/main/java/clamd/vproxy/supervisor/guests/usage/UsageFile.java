package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.policies.FolderCheck;
import clamd.vproxy.supervisor.base.text.FileFailure;
import clamd.vproxy.supervisor.guests.usage.UsageFormat.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The state file and its previous generation: after any crash at least one of them is intact. These
 * files are beside {@code usage.json}:
 *
 * <pre>
 *   usage.json.previous   the state before the last write
 *   usage.json.tmp        the next state while it is being written; never read
 *   usage.json.lock       locked as long as a daemon uses the file
 *   usage.json.corrupt    an unreadable file, current or previous; more of them get -2, -3 …
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
final class UsageFile implements AutoCloseable {
    /** The largest file that is read; a file written by the daemon is far smaller. */
    private static final int MOST_BYTES = 32 << 20;

    private static final FileAttribute<?> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Path folder;
    private final Path previous;
    private final Path temporary;
    private final FileChannel lock;

    private UsageFile(Path file, Path folder, FileChannel lock) {
        this.file = file;
        this.folder = folder;
        this.previous = beside(file, ".previous");
        this.temporary = beside(file, ".tmp");
        this.lock = lock;
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /**
     * Locks the file for this process; it need not exist.
     *
     * @throws IOException if that fails; the message is one line and says what to do
     */
    static UsageFile open(Path place) throws IOException {
        Path file = place.toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(
                    (folder == null ? file : folder)
                            + " is no folder; make it, or name another file with --state-file");
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " is not writable; name another file with --state-file");
        }
        requireSafeFolder(file);
        for (String suffix : List.of("", ".previous", ".lock")) {
            requireFile(beside(file, suffix));
        }
        return new UsageFile(file, folder, lock(file));
    }

    private static void requireSafeFolder(Path file) throws IOException {
        Optional<String> problem = FolderCheck.replaceableByAnybody(file);
        if (problem.isPresent()) {
            throw new IOException(file + " cannot be trusted: " + problem.get());
        }
    }

    /** Refuses anything but a regular file: opening it could block, or lead elsewhere. */
    private static void requireFile(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    path + " is no file; remove it, or name another one with --state-file");
        }
    }

    /** Locks the state file, because two daemons would overwrite each other's counts. */
    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            beside(file, ".lock"),
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    LinkOption.NOFOLLOW_LINKS),
                            OURS_ALONE);
        } catch (IOException e) {
            throw new IOException(
                    beside(file, ".lock") + " cannot be written: " + FileFailure.of(e), e);
        }
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // another daemon in this process, as in tests
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw new IOException(
                    file
                            + " is kept by another daemon; stop it, or name another file with"
                            + " --state-file");
        }
        return channel;
    }

    /**
     * The result of reading the files at the start. Immutable.
     *
     * @param state the newest intact state; empty if there is none
     * @param loss what was lost, on one line; empty if nothing was
     */
    record Restored(Optional<UsageState> state, Optional<String> loss) {}

    /**
     * Reads the newest intact generation, and moves corrupt files aside.
     *
     * @throws IOException if a file cannot be read or moved
     */
    Restored read() throws IOException {
        List<String> losses = new ArrayList<>();
        Optional<UsageState> newest = read(file, losses);
        if (newest.isPresent()) {
            return new Restored(newest, Optional.empty());
        }
        Optional<UsageState> older = read(previous, losses);
        if (losses.isEmpty() && older.isPresent()) {
            losses.add(file + " is missing or empty");
        }
        return new Restored(
                older,
                losses.isEmpty()
                        ? Optional.empty()
                        : Optional.of(String.join("; ", losses) + "; " + consequence(older)));
    }

    private String consequence(Optional<UsageState> older) {
        return older.map(state ->
                        "the counts are those of %s, written at %s, and what was used since then is not among them"
                                .formatted(previous, state.written()))
                .orElse("what guests used today before is not counted");
    }

    /** Returns the state in a file; empty if the file is missing, empty or corrupt. */
    private static Optional<UsageState> read(Path path, List<String> losses) throws IOException {
        byte[] content;
        try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(in.size(), MOST_BYTES + 1L));
            while (bytes.hasRemaining() && in.read(bytes) >= 0) {
                // read to the end
            }
            content = new byte[bytes.flip().remaining()];
            bytes.get(content);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(path + " cannot be read: " + FileFailure.of(e), e);
        }
        if (content.length == 0) {
            return Optional.empty();
        }
        try {
            if (content.length > MOST_BYTES) {
                throw new CorruptException("it is larger than " + MOST_BYTES + " bytes");
            }
            return Optional.of(UsageFormat.read(content));
        } catch (CorruptException e) {
            Path aside = moveAside(path);
            losses.add(
                    "%s is corrupt, kept as %s: %s"
                            .formatted(path, aside.getFileName(), e.getMessage()));
            return Optional.empty();
        }
    }

    private static Path moveAside(Path path) throws IOException {
        Path aside = beside(path, ".corrupt");
        for (int number = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); number++) {
            aside = beside(path, ".corrupt-" + number);
        }
        try {
            Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException(
                    path + " is corrupt and cannot be moved aside: " + FileFailure.of(e), e);
        }
        return aside;
    }

    /**
     * Writes the next generation. If this fails, the last one still exists, under its own name or
     * as the previous one.
     *
     * @throws IOException if it cannot be written; the message is one line
     */
    void write(UsageState state) throws IOException {
        try {
            Files.deleteIfExists(temporary);
            writeTemporary(UsageFormat.write(state));
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(file, previous, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException e) {
            throw new IOException(FileFailure.of(e), e);
        }
    }

    private void writeTemporary(byte[] content) throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        OURS_ALONE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
    }

    /** Returns the file's path. */
    Path path() {
        return file;
    }

    /** Releases the file for another daemon. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
