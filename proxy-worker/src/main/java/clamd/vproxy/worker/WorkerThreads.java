package clamd.vproxy.worker;

/**
 * Makes the threads that serve guests. Platform threads, one for each session in service: measured
 * to relay faster than a selector loop, and junixsocket's blocking calls would pin virtual ones.
 * Static function only.
 */
final class WorkerThreads {
    /** Ample for a session and its log line; a quarter of what the JVM would reserve by itself. */
    private static final long STACK_BYTES = 256 << 10;

    private WorkerThreads() {}

    /**
     * Starts a daemon thread.
     *
     * @throws OutOfMemoryError if the host or the process may have no more threads
     */
    static void start(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }
}
