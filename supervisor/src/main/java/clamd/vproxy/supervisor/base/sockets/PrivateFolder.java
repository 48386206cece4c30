package clamd.vproxy.supervisor.base.sockets;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder that only this process's user can enter, in which a socket is created before it is
 * renamed to its path. Its parent folder may belong to another user, who could replace the private
 * folder by a link at any time: so this class opens it once, checks what it opened, and uses the
 * descriptor from then on. Confined to one thread.
 */
final class PrivateFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> OURS_ALONE =
            PosixFilePermissions.fromString("rwx------");

    /**
     * {@code O_PATH | O_CLOEXEC}, with the same value on all Linux architectures that have a JVM.
     */
    private static final int PATH_ONLY = 0x28_0000;

    private static final Linker LINKER = Linker.nativeLinker();

    private final Path name;
    private final int descriptor;

    /** A path to the opened folder, even if the original path now names another one. */
    private final Path folder;

    private final Path socket;

    private PrivateFolder(Path name, int descriptor) {
        this.name = name;
        this.descriptor = descriptor;
        this.folder = Path.of("/proc/self/fd/" + descriptor);
        // each socket has its own name, because the kernel still shows that name after a rename
        this.socket = folder.resolve("s" + Long.toHexString(SystemClock.nanoTime()));
    }

    /**
     * Creates a private folder in {@code folder}, and replaces one that a killed daemon left.
     *
     * @throws IOException if it cannot be created, or another process interferes
     */
    static PrivateFolder make(Path folder) throws IOException {
        Path name = folder.resolve(".vproxy");
        if (Files.isDirectory(name, LinkOption.NOFOLLOW_LINKS)) {
            open(name).close();
        }
        Files.deleteIfExists(name);
        Files.createDirectory(name, PosixFilePermissions.asFileAttribute(OURS_ALONE));
        PrivateFolder made = open(name);
        try (Stream<Path> content = Files.list(made.folder)) {
            if (content.findAny().isEmpty()) {
                return made;
            }
        }
        made.close();
        throw new IOException(
                name + " is being replaced by another process; check who may write there");
    }

    private static PrivateFolder open(Path name) throws IOException {
        PrivateFolder opened = new PrivateFolder(name, descriptorOf(name));
        try {
            PosixFileAttributes attributes =
                    Files.readAttributes(opened.folder, PosixFileAttributes.class);
            Object self = Files.getOwner(Path.of("/proc/self"));
            if (attributes.isDirectory()
                    && attributes.owner().equals(self)
                    && attributes.permissions().equals(OURS_ALONE)) {
                return opened;
            }
        } catch (IOException e) {
            closeDescriptor(opened.descriptor);
            throw e;
        }
        closeDescriptor(opened.descriptor);
        throw new IOException(
                name + " has another owner or mode; remove it, and check who may write there");
    }

    /** Returns the path at which to create the socket. */
    Path socket() {
        return socket;
    }

    /** Removes the folder, and a socket that is still in it. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            for (Path each : left.toList()) {
                Files.deleteIfExists(each);
            }
        } finally {
            closeDescriptor(descriptor);
            Files.deleteIfExists(name);
        }
    }

    private static int descriptorOf(Path name) throws IOException {
        // int open(const char *, int, ...)
        MethodHandle open =
                handle(
                        "open",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = (int) open.invokeExact(arena.allocateFrom(name.toString()), PATH_ONLY);
        } catch (Throwable e) {
            throw new IllegalStateException("open cannot be called", e);
        }
        if (descriptor < 0) {
            throw new IOException(name + " cannot be opened");
        }
        return descriptor;
    }

    private static void closeDescriptor(int descriptor) {
        MethodHandle close =
                handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int _ = (int) close.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close cannot be called", e);
        }
    }

    /**
     * Calls functions of the C library: the signatures are those of POSIX, and the arguments are
     * values and memory that this class owns.
     */
    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, FunctionDescriptor signature, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), signature, options);
    }
}
