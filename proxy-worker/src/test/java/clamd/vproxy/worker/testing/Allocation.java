package clamd.vproxy.worker.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Bounds the memory that something may take: what its thread allocates, freed or not. Confined to
 * one thread.
 */
public final class Allocation {
    private static final ThreadMXBean THREADS =
            (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long before = THREADS.getCurrentThreadAllocatedBytes();

    private Allocation() {}

    /** Counts from now on. */
    public static Allocation begin() {
        return new Allocation();
    }

    /** Fails if this thread has allocated more since the beginning. */
    public void assertAtMost(long bytes) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > bytes) {
            throw new AssertionError(
                    "%d bytes were allocated, more than %d".formatted(allocated, bytes));
        }
    }
}
