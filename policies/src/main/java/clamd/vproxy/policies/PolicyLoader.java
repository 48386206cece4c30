package clamd.vproxy.policies;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Reads the policy file from disk, provided that only root and the user of this process can have
 * written it. Stateless.
 */
public final class PolicyLoader {
    static final int ROOT = 0;

    private PolicyLoader() {}

    /**
     * Loads a policy file, and follows symbolic links.
     *
     * @param underneath the limits that apply where the file sets none
     * @throws PolicyException if the file cannot be read, can be written or replaced by users other
     *     than root and the user of this process, or is not a correct policy file
     */
    public static PolicySet load(Path file, Limits underneath) throws PolicyException {
        Problems problems = new Problems();
        byte[] content = read(file, problems);
        return PolicyParser.parse(file.toString(), content, underneath, problems);
    }

    /**
     * Returns the bytes of a policy file, at most one more than a policy file may have. Symbolic
     * links are followed.
     *
     * @throws PolicyException if the file cannot be read, or can be written or replaced by users
     *     other than root and the user of this process
     */
    public static byte[] read(Path file) throws PolicyException {
        Problems problems = new Problems();
        byte[] content = read(file, problems);
        problems.throwIfAny(file.toString());
        return content;
    }

    private static byte[] read(Path file, Problems problems) throws PolicyException {
        try {
            if (Files.exists(file)
                    && !Files.isRegularFile(file)) { // a named pipe would block forever
                problems.addOfFile("is not a regular file");
                throw problems.asException(file.toString());
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] content = in.readNBytes(PolicyParser.LARGEST_FILE + 1);
                checkWriters(file, problems);
                return content;
            }
        } catch (IOException failure) {
            problems.addOfFile("cannot be read: " + reason(failure));
            throw problems.asException(file.toString());
        }
    }

    private static void checkWriters(Path file, Problems problems) throws IOException {
        // the file store is not used: Java finds none below a root that is no mount point
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            int self = self();
            checkOwner(file, uid(file), self, problems);
            checkMode(file, Files.getPosixFilePermissions(file), problems);
            FolderCheck.problem(file, self).ifPresent(problems::addOfFile);
        }
    }

    /** Checks the owner, who can write to the file regardless of its mode. */
    static void checkOwner(Path file, int owner, int self, Problems problems) {
        if (owner != ROOT && owner != self) {
            problems.addOfFile(
                    "belongs to user "
                            + owner
                            + ", neither root nor the user this runs as; run: chown root "
                            + file);
        }
    }

    private static void checkMode(Path file, Set<PosixFilePermission> mode, Problems problems) {
        if (mode.contains(PosixFilePermission.GROUP_WRITE)
                || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            problems.addOfFile("can be written by others than its owner; run: chmod go-w " + file);
        }
    }

    /** Returns the user of this process. */
    static int self() throws IOException {
        return uid(Path.of("/proc/self"));
    }

    private static int uid(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid");
    }

    /** Returns the reason for a failure, without the name of the file. */
    static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> failure.toString();
        };
    }
}
