package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.policies.FolderCheck;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.supervisor.base.text.FileFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of lines, of which only the last line can be torn, whenever the process or
 * the host ends. Three measures ensure this:
 *
 * <ul>
 *   <li>each line is one write at the end of the file,
 *   <li>a partial write is removed before the next one,
 *   <li>a torn line that is found at the opening is cut off and logged.
 * </ul>
 *
 * <p>It rotates itself when it becomes too large, and reopens its name after another process has
 * moved the file aside or emptied it. Confined to one thread at a time.
 */
final class AuditFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

    /** How much of a cut-off line the log quotes, in characters. */
    private static final int TOLD_CHARACTERS = 200;

    private static final FileAttribute<?> READABLE_BY_ITS_GROUP =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

    /** Opens a file for appending, and creates it if it is missing. */
    interface Opener {
        FileChannel open(Path file) throws IOException;
    }

    private final AuditSettings settings;
    private final Path file;
    private final Path folder;
    private final Opener opener;

    /**
     * The open file; null after a failed attempt to open the file that has the configured name now.
     */
    private @Nullable FileChannel channel;

    /** The file system's key of the open file, which identifies it. */
    private @Nullable Object key;

    /** Where the file ended before a partial write that could not be removed. */
    private OptionalLong torn = OptionalLong.empty();

    private boolean rotationFailing;

    private AuditFile(AuditSettings settings, Path file, Path folder, Opener opener) {
        this.settings = settings;
        this.file = file;
        this.folder = folder;
        this.opener = opener;
    }

    /**
     * Opens the file, creates it if it is missing, and locks it for this process.
     *
     * @throws IOException if that fails; the message is one line and says what to do
     */
    static AuditFile open(AuditSettings settings) throws IOException {
        return open(settings, AuditFile::append);
    }

    /** Opens the file with this opener. */
    static AuditFile open(AuditSettings settings, Opener opener) throws IOException {
        Path file = settings.file().toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(
                    (folder == null ? file : folder)
                            + " is no folder; make it, or name another file with --audit");
        }
        Optional<String> problem = FolderCheck.replaceableByAnybody(file);
        if (problem.isPresent()) {
            throw new IOException(file + " cannot be trusted: " + problem.get());
        }
        AuditFile opened = new AuditFile(settings, file, folder, opener);
        try {
            opened.openNamed();
        } catch (FileSystemException e) {
            throw new IOException(reason(e), e);
        }
        return opened;
    }

    private static FileChannel append(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND,
                        LinkOption.NOFOLLOW_LINKS),
                READABLE_BY_ITS_GROUP);
    }

    /** Opens the file that has the configured name now, and cuts off a torn line. */
    private void openNamed() throws IOException {
        Optional<BasicFileAttributes> there = attributes();
        if (there.isPresent() && !there.get().isRegularFile()) {
            // opening anything else could block, or lead elsewhere
            throw new IOException(
                    file + " is no file; remove it, or name another one with --audit");
        }
        LineTail tail = LineTail.of(file);
        FileChannel next = opener.open(file);
        try {
            lock(next);
            if (next.size() != tail.fileBytes()) {
                throw new IOException(
                        file + " grew while it was opened; does another process write it?");
            }
            if (tail.isTorn()) {
                next.truncate(tail.wholeBytes());
                next.force(true);
                log.warn(
                        "the last line of {} was not written to its end, so it is cut off: {}",
                        file,
                        PrintableText.of(tail.text(), TOLD_CHARACTERS));
            }
            if (there.isEmpty()) {
                keepNames();
            }
            key = attributes().map(BasicFileAttributes::fileKey).orElse(null);
        } catch (IOException | RuntimeException e) {
            next.close();
            throw e;
        }
        channel = next;
        torn = OptionalLong.empty();
    }

    /** Locks the file, because two daemons would cut off each other's lines. */
    private void lock(FileChannel opened) throws IOException {
        boolean locked = false;
        try {
            locked = opened.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // another daemon in this process, as in tests
        }
        if (!locked) {
            throw new IOException(
                    file
                            + " is written by another daemon; stop it, or name another file with"
                            + " --audit");
        }
    }

    /**
     * Writes a line at the end, completely or not at all.
     *
     * @param line the line with its line end
     * @throws IOException if it could not be written; the message is one line
     */
    void append(byte[] line) throws IOException {
        try {
            FileChannel out = followName();
            takeBackTorn(out);
            long end = out.size();
            if (settings.maxBytes() > 0 && end > 0 && end + line.length > settings.maxBytes()) {
                rotate(out);
                out = followName();
                end = out.size();
            }
            writeOnce(out, end, ByteBuffer.wrap(line));
        } catch (IOException e) {
            throw new IOException(reason(e), e);
        }
    }

    private void writeOnce(FileChannel out, long end, ByteBuffer line) throws IOException {
        try {
            out.write(line);
        } finally {
            if (line.hasRemaining()) {
                torn = OptionalLong.of(end);
            }
        }
        if (line.hasRemaining()) {
            takeBackTorn(out);
            throw new IOException(file + " took a part of a line only; is its disk full?");
        }
    }

    private void takeBackTorn(FileChannel out) throws IOException {
        if (torn.isPresent()) {
            if (out.size() > torn.getAsLong()) {
                out.truncate(torn.getAsLong());
            }
            torn = OptionalLong.empty();
        }
    }

    /** Returns the file that has the configured name now, and opens it if necessary. */
    private FileChannel followName() throws IOException {
        FileChannel now = channel;
        if (now != null) {
            Object named = attributes().map(BasicFileAttributes::fileKey).orElse(null);
            if (named != null && named.equals(key)) {
                return now;
            }
            leave(now);
        }
        openNamed();
        return Objects.requireNonNull(channel);
    }

    /** Closes a file that no longer has the configured name, after forcing it to the disk. */
    private void leave(FileChannel left) throws IOException {
        channel = null;
        try (left) {
            takeBackTorn(left);
            left.force(true);
        }
    }

    /**
     * Moves a full file aside; if that fails, it continues to grow, because too large is better
     * than lost.
     */
    private void rotate(FileChannel full) throws IOException {
        try {
            full.force(true);
            for (int number = settings.keep(); number > 1; number--) {
                moveIfThere(older(number - 1), older(number));
            }
            moveIfThere(file, older(1));
            rotationFailing = false;
        } catch (IOException e) {
            if (!rotationFailing) {
                log.error("{} cannot be moved aside, so it grows on: {}", file, reason(e));
            }
            rotationFailing = true;
        }
    }

    private static void moveIfThere(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException _) {
            // not that many parts yet
        }
    }

    private Path older(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private Optional<BasicFileAttributes> attributes() throws IOException {
        try {
            return Optional.of(
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Forces the folder to the disk, because after a crash a new file may otherwise be missing. */
    private void keepNames() throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /**
     * Returns when all lines written so far are on the disk.
     *
     * @throws IOException if that is uncertain; the message is one line
     */
    void force() throws IOException {
        FileChannel written = channel;
        if (written == null) {
            return;
        }
        try {
            written.force(false);
        } catch (IOException e) {
            // after a failure the kernel may report success on a retry: reopen the file instead
            channel = null;
            written.close();
            throw new IOException(reason(e), e);
        }
    }

    /** Returns the file's path. */
    Path path() {
        return file;
    }

    /** Describes a failure on one line. */
    private static String reason(IOException failure) {
        return PrintableText.of(FileFailure.of(failure), TOLD_CHARACTERS);
    }

    /** Forces the written lines to the disk, and releases the file for another daemon. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            leave(channel);
        }
    }
}
