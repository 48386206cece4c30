package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.supervisor.threads.SupervisorThreads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What SIGTERM and SIGINT do, from the first moment of a start on: stop what has been started, and
 * end with 0. The JVM by itself would end with 143, which systemd takes for a failure. The second
 * such signal ends the process at once. Thread-safe.
 */
final class Shutdown {
    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

    /** How long a start may take to notice that it is not wanted any more. */
    private static final long START_LIMIT_SECONDS = 10;

    /** What a shell says of a process that a signal has ended is this and the signal's number. */
    private static final int ENDED_BY_SIGNAL = 128;

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private final Thread starter = Thread.currentThread();
    private final Thread hook = SupervisorThreads.unstarted("shutdown", this::stop);
    private final CountDownLatch startEnded = new CountDownLatch(1);
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile @Nullable Supervisor supervisor;

    private Shutdown() {}

    /** A way to start a supervisor; interrupted if a signal comes meanwhile. */
    @FunctionalInterface
    interface Start {
        Supervisor start() throws CommandException, InterruptedException;
    }

    /**
     * Starts and then waits for ever; a signal ends the process.
     *
     * @throws CommandException if the start fails
     */
    static void runUntilSignalled(Start start) throws CommandException, InterruptedException {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime().addShutdownHook(shutdown.hook);
        String otherwise = "a second one does not end a stop at once";
        Signals.on("TERM", () -> shutdown.heard(SIGTERM), otherwise);
        Signals.on("INT", () -> shutdown.heard(SIGINT), otherwise);
        shutdown.start(start);
        new CountDownLatch(1).await();
    }

    private void heard(int signal) {
        if (told.compareAndSet(false, true)) {
            System.exit(ExitCode.OK.number());
        }
        log.warn("a second signal: running scans are cut off");
        Runtime.getRuntime().halt(ENDED_BY_SIGNAL + signal);
    }

    private void start(Start start) throws CommandException, InterruptedException {
        try {
            supervisor = start.start();
        } catch (CommandException e) {
            forgetSignals();
            throw e;
        } finally {
            startEnded.countDown();
        }
    }

    /** Lets the process end with the exit code of the failure. */
    private void forgetSignals() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // a signal was faster, and the process ends with 0
        }
    }

    private void stop() {
        log.info("stopping");
        try {
            if (startEnded.getCount() > 0) {
                starter.interrupt();
                startEnded.await(START_LIMIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Supervisor running = supervisor;
        if (running != null) {
            running.close();
        }
        log.info("stopped");
        Runtime.getRuntime().halt(ExitCode.OK.number());
    }
}
