package clamd.vproxy.supervisor.base.threads;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the supervisor's threads, which have names and never keep the process alive. Thread-safe.
 */
public final class SupervisorThreads {
    private static final Logger log = LoggerFactory.getLogger(SupervisorThreads.class);

    private SupervisorThreads() {}

    /**
     * Starts a daemon thread whose uncaught exceptions are logged.
     *
     * @param name the thread's name as it appears in dumps and logs
     * @param work the task, run once
     */
    public static Thread start(String name, Runnable work) {
        Thread thread = unstarted(name, work);
        thread.start();
        return thread;
    }

    /** Creates a thread for a caller that starts it itself, such as the JVM at its shutdown. */
    public static Thread unstarted(String name, Runnable work) {
        return Thread.ofPlatform()
                .name(name)
                .daemon()
                .uncaughtExceptionHandler((thread, failure) ->
                        log.atError()
                                .setCause(failure)
                                .addKeyValue("thread", thread.getName())
                                .log("a thread ended with an exception; a defect of ours"))
                .unstarted(work);
    }

    /** Waits for a thread that is about to end; an interrupt ends the wait and is kept. */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns an executor of named and numbered virtual threads, for work that mostly waits for its
     * peer.
     */
    public static ExecutorService virtual(String prefix) {
        return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(prefix, 1).factory());
    }
}
