package clamd.vproxy.policies;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Replaces a policy file on disk. A reader finds either the whole old file or the whole new one,
 * also after a power failure. Stateless.
 *
 * <p>Two processes that use this class never overwrite each other's changes, because both lock the
 * file. An editor does not lock it: what it saves between the last check of the file and the rename
 * right after that is lost.
 *
 * <p>Owner, group and mode are kept. Access control lists, extended attributes and other names of
 * the file (hard links) are not.
 */
public final class PolicyFile {
    /**
     * The attributes that identify a file and its state; ctime changes with the content and the
     * mode.
     */
    private static final String STATE = "unix:dev,ino,ctime";

    private static final String OWNER_AND_MODE = "unix:uid,gid,mode";

    /**
     * The symbolic link in a ConfigMap's folder to the folder that Kubernetes replaces as a whole.
     */
    private static final String CONFIG_MAP_DATA = "..data";

    private PolicyFile() {}

    /**
     * Replaces the file, or the one that a symbolic link leads to.
     *
     * @param path the file, as problems name it
     * @param content the new content
     * @param expected the present content, as {@link PolicyLoader#read} returned it
     * @throws PolicyException if the file's content has changed, if it cannot be written, or if the
     *     new file could not keep the owner, group and mode; the old file then is untouched, unless
     *     the problem says that it is replaced
     */
    public static void replace(Path path, byte[] content, byte[] expected) throws PolicyException {
        try {
            Path file = path.toRealPath();
            requireNoConfigMap(path.toAbsolutePath(), file);
            Map<String, Object> state = Files.readAttributes(file, STATE);
            try (FileChannel old =
                            FileChannel.open(
                                    file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock _ = lock(old)) {
                replace(new Locked(file, old, state), content, expected);
            }
        } catch (Refusal refusal) {
            throw problem(path, refusal.reason);
        } catch (IOException failure) {
            throw problem(path, "cannot be written: " + PolicyLoader.reason(failure));
        }
    }

    /** The present file, open and locked. */
    private record Locked(Path file, FileChannel channel, Map<String, Object> state) {

        /** Reads through the open channel, since closing another one would release the lock. */
        void requireUnchanged(byte[] expected) throws IOException {
            ByteBuffer now = ByteBuffer.allocate(expected.length + 1);
            while (now.hasRemaining() && channel.read(now, now.position()) >= 0) {
                // until the end, or one byte more than expected
            }
            boolean same =
                    Arrays.equals(now.array(), 0, now.position(), expected, 0, expected.length);
            if (!same || !Files.readAttributes(file, STATE).equals(state)) {
                throw new Refusal("has changed meanwhile; nothing is written, try again");
            }
        }
    }

    private static void replace(Locked old, byte[] content, byte[] expected) throws IOException {
        Path folder = Objects.requireNonNull(old.file().getParent());
        Path temporary = Files.createTempFile(folder, ".policy-", ".tmp");
        try {
            write(temporary, content);
            keepOwnerAndMode(temporary, Files.readAttributes(old.file(), OWNER_AND_MODE));
            old.requireUnchanged(expected);
            Files.move(temporary, old.file(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException failure) {
            throw new Refusal(
                    "is replaced, but might be the old one again after a power failure: "
                            + PolicyLoader.reason(failure));
        }
    }

    private static void write(Path temporary, byte[] content) throws IOException {
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
    }

    /**
     * Sets owner, group and mode; the mode is set last because a change of owner clears some of its
     * bits.
     */
    static void keepOwnerAndMode(Path temporary, Map<String, Object> wanted) throws IOException {
        try {
            for (String name : new String[] {"gid", "uid", "mode"}) {
                Files.setAttribute(temporary, "unix:" + name, wanted.get(name));
            }
        } catch (IOException _) {
            // the check below finds it, as it finds what the system ignores silently
        }
        if (!Files.readAttributes(temporary, OWNER_AND_MODE).equals(wanted)) {
            throw new Refusal(
                    "belongs to user %s and group %s, which a new file could not; edit it as its owner or root"
                            .formatted(wanted.get("uid"), wanted.get("gid")));
        }
    }

    /**
     * Locks the file, or fails at once if another lock exists, because locks are held only briefly.
     */
    private static FileLock lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // another thread of this process holds it: refused like another process's lock
        }
        throw new Refusal("is just being edited by another process; nothing is written, try again");
    }

    private static void requireNoConfigMap(Path path, Path file) throws Refusal {
        boolean configMap =
                Stream.of(path.resolveSibling("."), file.resolveSibling(".."))
                        .map(folder -> folder.resolve(CONFIG_MAP_DATA))
                        .anyMatch(data -> Files.exists(data, LinkOption.NOFOLLOW_LINKS));
        if (configMap) {
            throw new Refusal(
                    "comes from a Kubernetes ConfigMap, which would undo the change; edit the ConfigMap");
        }
    }

    private static PolicyException problem(Path path, String message) {
        Problems problems = new Problems();
        problems.addOfFile(message);
        return problems.asException(path.toString());
    }

    /** Reports why the file was not replaced, or not durably. */
    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1;
        private final String reason;

        Refusal(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
