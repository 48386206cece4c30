package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the threads that serve guests. Each session in service has a platform thread: in
 * measurements, such threads relay faster than a selector loop, and junixsocket's blocking calls
 * would pin virtual threads.
 */
final class WorkerThreads {
    private static final Logger log = LoggerFactory.getLogger(WorkerThreads.class);

    /** The stack size, ample for a session and its log line; a quarter of the JVM's default. */
    private static final long STACK_BYTES = 256 << 10;

    private static final long IDLE_SECONDS = 5;

    private static final ThreadLocal<ByteBuffer> SCRATCH = new ThreadLocal<>();

    private WorkerThreads() {}

    /**
     * Creates the thread pool of one guest, whose threads are named {@code <domain>#<n>} with the
     * lowest free number. The pool starts a thread if no idle one is available, and ends it after
     * five idle seconds. The executor throws {@link OutOfMemoryError} if the host or the process
     * may have no more threads.
     */
    static ThreadPoolExecutor pool(String domain) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new Numbered(domain));
    }

    /**
     * Returns the calling thread's buffer of {@link Session#SCRATCH_BYTES} bytes; the thread must
     * belong to a {@link #pool}.
     */
    static ByteBuffer scratch() {
        return SCRATCH.get();
    }

    /**
     * Starts a daemon thread.
     *
     * @throws OutOfMemoryError if the host or the process may have no more threads
     */
    static void start(String name, Runnable task) {
        thread(name, task).start();
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(
                (ended, e) -> log.error("thread {} was lost", ended.getName(), e));
        return thread;
    }

    /** Thread-safe, guarded by itself. */
    private static final class Numbered implements ThreadFactory {
        private final String domain;
        private final BitSet taken = new BitSet();

        Numbered(String domain) {
            this.domain = domain;
        }

        @Override
        public synchronized Thread newThread(Runnable loop) {
            int number = taken.nextClearBit(0);
            // allocated before the thread starts, where the caller can still handle a lack of
            // memory
            ByteBuffer scratch = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
            Thread thread = thread(domain + "#" + (number + 1), () -> run(loop, scratch, number));
            taken.set(number);
            return thread;
        }

        private void run(Runnable loop, ByteBuffer scratch, int number) {
            SCRATCH.set(scratch);
            try {
                loop.run();
            } finally {
                free(number);
            }
        }

        private synchronized void free(int number) {
            taken.clear(number);
        }
    }
}
