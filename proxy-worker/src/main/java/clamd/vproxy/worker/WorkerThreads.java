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
 * Makes the threads that serve guests. Platform threads, one for each session in service: measured
 * to relay faster than a selector loop, and junixsocket's blocking calls would pin virtual ones.
 */
final class WorkerThreads {
    private static final Logger log = LoggerFactory.getLogger(WorkerThreads.class);

    /** Ample for a session and its log line; a quarter of what the JVM would reserve by itself. */
    private static final long STACK_BYTES = 256 << 10;

    private static final long IDLE_SECONDS = 5;

    private static final ThreadLocal<ByteBuffer> SCRATCH = new ThreadLocal<>();

    private WorkerThreads() {}

    /**
     * The threads of one guest, named {@code <domain>#<n>} by the lowest number that is free. A
     * thread is started when no idle one is there, and ends after five idle seconds. The executor
     * throws {@link OutOfMemoryError} if the host or the process may have no more threads.
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
     * The buffer of {@link Session#SCRATCH_BYTES} of the calling thread, one of a {@link #pool}.
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
            // before the thread starts, where a lack of memory still leaves a way out
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
