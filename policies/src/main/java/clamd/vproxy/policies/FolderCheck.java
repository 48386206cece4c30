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
 * Looks at all folders on the way to a file, links included: a user who may write to one of them
 * can put another file in the place of the one that was judged. Immutable.
 */
public final class FolderCheck {
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;

    /** Where the kubelet's atomic writer keeps the present content of a volume. */
    private static final String CONFIG_MAP_LINK = "..data";

    /** As the kernel follows them (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** The user we run as, who may write besides root. */
    private final int self;

    /** The permissions to write that make a folder wrong. */
    private final int foreignWrites;

    private FolderCheck(int self, int foreignWrites) {
        this.self = self;
        this.foreignWrites = foreignWrites;
    }

    /**
     * What is wrong with a folder on the way to {@code file}, with what to do; nothing if only root
     * and the user {@code self} can replace the file.
     */
    static Optional<String> problem(Path file, int self) throws IOException {
        return new FolderCheck(self, GROUP_WRITES | OTHERS_WRITE)
                .onTheWay(file.toAbsolutePath(), 0);
    }

    /**
     * What is wrong with a folder on the way to {@code file}, with what to do, if any user can put
     * another file in its place. A group may: distributions give one the right to write to {@code
     * /var/log}. The file need not be there yet.
     *
     * @throws IOException if a folder cannot be looked at
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
     * Whether a folder that we cannot write to is a volume of Kubernetes, which is writable by its
     * mode and read-only by its mount: a file system of its own, with the link of the kubelet. To
     * be read-only for us is not enough, for systemd's ProtectSystem= makes all file systems so for
     * our process alone.
     */
    static boolean isConfigMap(
            Map<String, Object> parent, Map<String, Object> folder, Map<String, Object> link) {
        boolean isMountPoint = !Objects.requireNonNull(parent.get("dev")).equals(folder.get("dev"));
        return isMountPoint && Objects.equals(link.get("uid"), PolicyLoader.ROOT);
    }

    /**
     * Whether root or we own it. A missing one is trusted: in a sticky folder the kernel opens no
     * file for us that another user makes there first (fs.protected_regular, proc_sys_fs(5)).
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
