package clamd.vproxy.policies;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Checks all folders on the path to a file, including those behind symbolic links: a user who may
 * write to one of them can replace the checked file with another. Immutable.
 */
public final class FolderCheck {
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;

    /**
     * The symbolic link through which the kubelet's atomic writer publishes a volume's current
     * content.
     */
    private static final String CONFIG_MAP_LINK = "..data";

    /** The most symbolic links in one path, as in the kernel (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** The user that this process runs as, who may write, as root may. */
    private final int self;

    /** The write permissions that a folder must not grant. */
    private final int foreignWrites;

    private FolderCheck(int self, int foreignWrites) {
        this.self = self;
        this.foreignWrites = foreignWrites;
    }

    /**
     * Returns what is wrong with a folder on the path to {@code file} and how to fix it; empty if
     * only root and the user {@code self} can replace the file.
     */
    static Optional<String> problem(Path file, int self) throws IOException {
        return new FolderCheck(self, GROUP_WRITES | OTHERS_WRITE)
                .onTheWay(file.toAbsolutePath(), 0);
    }

    /**
     * Returns what is wrong with a folder on the path to {@code file} and how to fix it, if any
     * user can replace the file. A folder may be writable by its group, because distributions let a
     * group write to {@code /var/log}. The file need not exist yet.
     *
     * @throws IOException if a folder's attributes cannot be read
     */
    public static Optional<String> replaceableByAnybody(Path file) throws IOException {
        boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        return unix
                ? new FolderCheck(PolicyLoader.self(), OTHERS_WRITE)
                        .onTheWay(file.toAbsolutePath(), 0)
                : Optional.empty();
    }

    private Optional<String> onTheWay(Path file, int links) throws IOException {
        if (links > MOST_LINKS) {
            throw new FileSystemLoopException(file.toString());
        }
        Path folder = Objects.requireNonNull(file.getRoot());
        for (int index = 0; index < file.getNameCount(); index++) {
            Path name = file.getName(index);
            if (name.toString().equals("..")) {
                folder = Objects.requireNonNullElse(folder.getParent(), folder);
                continue;
            }
            Path entry = folder.resolve(name).normalize();
            Optional<String> problem = ofFolder(folder, entry);
            if (problem.isPresent()) {
                return problem;
            }
            if (Files.isSymbolicLink(entry)) {
                Path target = folder.resolve(Files.readSymbolicLink(entry));
                boolean last = index + 1 == file.getNameCount();
                return onTheWay(
                        last
                                ? target
                                : target.resolve(file.subpath(index + 1, file.getNameCount())),
                        links + 1);
            }
            folder = entry;
        }
        return Optional.empty();
    }

    private Optional<String> ofFolder(Path folder, Path entry) throws IOException {
        Map<String, Object> attributes = attributes(folder);
        int owner = (int) Objects.requireNonNull(attributes.get("uid"));
        int mode = (int) Objects.requireNonNull(attributes.get("mode"));
        if (!isTrusted(owner)) {
            return Optional.of(
                    "its folder %s belongs to user %d, neither root nor the user this runs as"
                            .formatted(folder, owner));
        }
        boolean entryIsSafe = (mode & STICKY) != 0 && isTrusted(entry);
        return (mode & foreignWrites) == 0 || entryIsSafe || isConfigMap(folder)
                ? Optional.empty()
                : Optional.of(
                        "its folder %s can be written by others than its owner; run: chmod go-w %s"
                                .formatted(folder, folder));
    }

    private static boolean isConfigMap(Path folder) throws IOException {
        Path parent = Objects.requireNonNullElse(folder.getParent(), folder);
        Path link = folder.resolve(CONFIG_MAP_LINK);
        return Files.isSymbolicLink(link)
                && isConfigMap(attributes(parent), attributes(folder), attributes(link))
                && !Files.isWritable(folder);
    }

    /**
     * Whether a folder that this process cannot write to is a Kubernetes volume: a file system of
     * its own, with the kubelet's link, writable by its mode but mounted read-only. A failed write
     * check alone does not prove that, because systemd's ProtectSystem= makes all file systems
     * read-only for this process only.
     */
    static boolean isConfigMap(
            Map<String, Object> parent, Map<String, Object> folder, Map<String, Object> link) {
        boolean isMountPoint = !Objects.requireNonNull(parent.get("dev")).equals(folder.get("dev"));
        return isMountPoint && Objects.equals(link.get("uid"), PolicyLoader.ROOT);
    }

    /**
     * Whether the entry belongs to root or to the user of this process. A missing entry is trusted:
     * in a sticky folder the kernel does not let this process open a file that another user creates
     * there first (fs.protected_regular, proc_sys_fs(5)).
     */
    private boolean isTrusted(Path entry) throws IOException {
        try {
            return isTrusted((int) Objects.requireNonNull(attributes(entry).get("uid")));
        } catch (NoSuchFileException _) {
            return true;
        }
    }

    private boolean isTrusted(int user) {
        return user == PolicyLoader.ROOT || user == self;
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:uid,mode,dev", LinkOption.NOFOLLOW_LINKS);
    }
}
