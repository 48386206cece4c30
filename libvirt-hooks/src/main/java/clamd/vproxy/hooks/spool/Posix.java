package clamd.vproxy.hooks.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Calls two functions of the C library that Java does not offer. Thread-safe. */
final class Posix {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private Posix() {}

    /** Creates a FIFO that only its owner may use, by {@code mkfifo(3)}. */
    static void mkfifo(Path path) throws IOException {
        // int mkfifo(const char *, mode_t), where mode_t is an unsigned int on Linux
        MethodHandle mkfifo =
                handle(
                        "mkfifo",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        ERRNO);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            int result = (int) mkfifo.invokeExact(state, arena.allocateFrom(path.toString()), 0600);
            if (result != 0) {
                throw new IOException(
                        "%s cannot be made: mkfifo failed with errno %d"
                                .formatted(path, errno(state)));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mkfifo cannot be called", e);
        }
    }

    /** Returns the user who owns files that this process creates, by {@code geteuid(2)}. */
    static int geteuid() {
        MethodHandle geteuid = handle("geteuid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        try {
            return (int) geteuid.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("geteuid cannot be called", e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int)
                Linker.Option.captureStateLayout()
                        .varHandle(MemoryLayout.PathElement.groupElement("errno"))
                        .get(state, 0L);
    }

    /**
     * Looks up a function. Both signatures are those of POSIX; the arguments are values and memory
     * that this class owns.
     */
    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, FunctionDescriptor signature, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), signature, options);
    }
}
