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
 * Replaces a policy file on disk: a reader finds the whole old or the whole new one, also after a
 * power failure. Stateless.
 *
 * <p>Two of these never overwrite each other, because both lock the file. An editor does not: what
 * it saves between our last look at the file and the rename that follows at once is lost.
 *
 * <p>Owner, group and mode are kept. What else hangs on the old file is not: access control lists,
 * extended attributes, and its other names if it has hard links.
 */
public final class PolicyFile {
    /** What tells one state of one file from another; the time changes with content and mode. */
    private static final String STATE = "unix:dev,ino,ctime";

    private static final String OWNER_AND_MODE = "unix:uid,gid,mode";

    /** In a ConfigMap's folder the link to the folder that Kubernetes replaces as a whole. */
    private static final String CONFIG_MAP_DATA = "..data";

    private PolicyFile() {}

    /**
     * Replaces the file, or the one that a symbolic link leads to.
     *
     * @param path the file, as problems name it
     * @param content what it is to have
     * @param expected what it has now, as {@link PolicyLoader#read} gave it
     * @throws PolicyException if it has something else by now, if it cannot be written, or if the
     *     new one could not have its owner, group and mode; the old file then is untouched, unless
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

    /** The file as we found it, open and locked. */
    private record Locked(Path file, FileChannel channel, Map<String, Object> state) {

        /** Reads through the open channel, since closing another one would end the lock. */
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

    /** The mode comes last: a new owner takes some of its bits away. */
    static void keepOwnerAndMode(Path temporary, Map<String, Object> wanted) throws IOException {
        try {
            for (String name : new String[] {"gid", "uid", "mode"}) {
                Files.setAttribute(temporary, "unix:" + name, wanted.get(name));
            }
        } catch (IOException _) {
            // seen below, as what the system ignores silently
        }
        if (!Files.readAttributes(temporary, OWNER_AND_MODE).equals(wanted)) {
            throw new Refusal(
                    "belongs to user %s and group %s, which a new file could not; edit it as its owner or root"
                            .formatted(wanted.get("uid"), wanted.get("gid")));
        }
    }

    /** Fails at once if there is another lock; nobody holds one for long. */
    private static FileLock lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // held by another thread of this process: refused like another process's lock
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

    /** Says in words why nothing was done. */
    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1;
        private final String reason;

        Refusal(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
