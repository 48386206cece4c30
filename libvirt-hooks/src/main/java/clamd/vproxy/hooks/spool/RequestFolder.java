package clamd.vproxy.hooks.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder in which the hook script leaves requests, as the supervisor uses it. The README lists
 * the writer of each file. Files with other names, and all but regular files, are left alone.
 *
 * <p>Confined to one thread, except {@link #ring}, {@link #isBellInPlace} and {@link
 * #takeBellDown}.
 */
public final class RequestFolder implements AutoCloseable {
    private static final String BELL = "bell";
    private static final int WRITABLE_BY_OTHERS = 0022;

    private final Path folder;
    private volatile Bell bell;

    /** Whether {@link #takeBellDown} was called; guarded by this. */
    private boolean takenDown;

    private RequestFolder(Path folder, Bell bell) {
        this.folder = folder;
        this.bell = bell;
    }

    /**
     * Takes over the folder, creates it if necessary, and removes what earlier scripts left there.
     * From then on, scripts wait for answers.
     *
     * @param folder an absolute path
     * @param uptimeHundredths the host's uptime now
     * @throws IOException if the folder cannot be created, belongs to another user, is writable by
     *     others, or is used by another supervisor; the message is one line
     */
    public static RequestFolder open(Path folder, long uptimeHundredths) throws IOException {
        try {
            make(folder);
            check(folder);
            RequestFolder spool = new RequestFolder(folder, Bell.hang(folder.resolve(BELL)));
            try {
                spool.remove(_ -> true, uptimeHundredths);
                return spool;
            } catch (IOException | RuntimeException e) {
                spool.close();
                throw e;
            }
        } catch (FileSystemException e) {
            throw new IOException(wording(e), e);
        }
    }

    private static String wording(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException _ -> e.getFile() + ": permission denied";
            case FileAlreadyExistsException _ -> e.getFile() + " is in the way; it is no folder";
            default -> e.getFile() + ": " + e.getReason();
        };
    }

    private static void make(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(Objects.requireNonNull(folder.getParent()));
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    /**
     * Checks owner and mode, because these files decide how guests are served and which files are
     * removed.
     */
    private static void check(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is no folder; remove it or name another one");
        }
        Map<String, Object> attributes =
                Files.readAttributes(folder, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        if (!Objects.equals(attributes.get("uid"), Posix.geteuid())) {
            throw new IOException(
                    "%s belongs to the user with number %s, not to ours, %d; chown it"
                            .formatted(folder, attributes.get("uid"), Posix.geteuid()));
        }
        if (((int) Objects.requireNonNull(attributes.get("mode")) & WRITABLE_BY_OTHERS) != 0) {
            throw new IOException(
                    "others may write to %s; chmod it to 700, and look what is in it"
                            .formatted(folder));
        }
    }

    /** Waits until a script or {@link #ring} rings the bell. */
    public void awaitRing() throws IOException {
        bell.await();
    }

    /** Wakes the thread that waits for a ring. */
    public void ring() throws IOException {
        bell.ring();
    }

    /** Whether the bell exists for scripts; an administrator may have removed it. */
    public boolean isBellInPlace() {
        return bell.isInPlace();
    }

    /**
     * Replaces a bell that was removed, and creates the folder again if necessary.
     *
     * @throws IOException in the cases of {@link #open}
     */
    public synchronized void hangBellAgain() throws IOException {
        if (takenDown || bell.isInPlace()) {
            return;
        }
        try {
            make(folder);
            check(folder);
            Bell removed = bell;
            bell = Bell.hang(folder.resolve(BELL));
            removed.close();
        } catch (FileSystemException e) {
            throw new IOException(wording(e), e);
        }
    }

    /**
     * Removes the bell, so that no more scripts leave requests; waiting ones still get an answer.
     */
    public synchronized void takeBellDown() throws IOException {
        takenDown = true;
        bell.takeDown();
    }

    /** Returns the pending requests, in the order in which the scripts ran. */
    public List<RequestName> pending() throws IOException {
        return plainFiles().stream()
                .map(RequestFolder::fileName)
                .filter(name -> name.endsWith(RequestName.REQUEST))
                .flatMap(name -> RequestName.of(name).stream())
                .sorted()
                .toList();
    }

    /**
     * Reads and removes a request.
     *
     * @return its content, at most one byte more than a request may have; empty if its script gave
     *     up and withdrew it
     */
    public Optional<byte[]> take(RequestName name) throws IOException {
        Path file = file(name, RequestName.REQUEST);
        try (InputStream content = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(content.readNBytes(HookRequest.MAX_BYTES + 1));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Writes the answer to the file for which the script waits. */
    public void answer(RequestName name, HookAnswer answer) throws IOException {
        Path writing = file(name, RequestName.NEW);
        Files.write(
                writing,
                (answer.line() + "\n").getBytes(US_ASCII),
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW);
        Files.move(writing, file(name, RequestName.ANSWER), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Removes the answers that scripts did not fetch and the files that they did not finish.
     * Requests stay.
     *
     * @param uptimeHundredths spares files of scripts that started at this uptime or later
     */
    public void removeLeftovers(long uptimeHundredths) throws IOException {
        remove(name -> !name.endsWith(RequestName.REQUEST), uptimeHundredths);
    }

    private void remove(Predicate<String> kind, long uptimeHundredths) throws IOException {
        for (Path file : plainFiles()) {
            String name = fileName(file);
            Optional<RequestName> ours = RequestName.of(name).filter(_ -> kind.test(name));
            if (ours.isPresent() && ours.get().uptimeHundredths() < uptimeHundredths) {
                Files.deleteIfExists(file);
            }
        }
    }

    private List<Path> plainFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private Path file(RequestName name, String kind) {
        return folder.resolve(name.text() + kind);
    }

    private static String fileName(Path file) {
        return Objects.requireNonNull(file.getFileName()).toString();
    }

    /** Closes the bell; scripts that ring from then on find no reader. */
    @Override
    public void close() throws IOException {
        bell.close();
    }
}
