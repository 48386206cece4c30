package clamd.vproxy.worker.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

/** Bounds the memory that something takes: what its thread allocates, freed or not. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /**
     * Does it and gives its result; fails if this thread allocates more for it. What seems to is
     * done a second time, for the first may have paid for classes that are loaded once.
     *
     * @param work may be called twice and has to allocate the same each time
     */
    public static <T> T atMost(long bytes, Supplier<T> work) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        T result = work.get();
        if (THREADS.getCurrentThreadAllocatedBytes() - before <= bytes) {
            return result;
        }
        before = THREADS.getCurrentThreadAllocatedBytes();
        result = work.get();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > bytes) {
            throw new AssertionError(
                    "%d bytes were allocated, more than %d".formatted(allocated, bytes));
        }
        return result;
    }
}
