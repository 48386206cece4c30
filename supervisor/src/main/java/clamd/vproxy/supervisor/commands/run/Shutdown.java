package clamd.vproxy.supervisor.commands.run;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.commands.common.Signals;
import clamd.vproxy.supervisor.daemon.Supervisor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles SIGTERM and SIGINT, from the first moment of a start on. The first signal stops
 * everything that has started, and the process exits with 0; a second one ends the process at once,
 * with 128 plus the signal's number. Without this handler, the JVM would exit with 143 after the
 * first signal, which systemd considers a failure, and would ignore the second. Thread-safe.
 */
final class Shutdown {
    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

    /** The signals that stop, with their numbers (signal(7)). */
    private static final Map<String, Integer> SIGNALS = Map.of("TERM", 15, "INT", 2);

    private static final int KILLED_BY_SIGNAL = 128;

    /** How long an interrupted start may take to end. */
    private static final long START_LIMIT_SECONDS = 10;

    private final Thread starter = Thread.currentThread();
    private final CountDownLatch startEnded = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile @Nullable Supervisor supervisor;

    private Shutdown() {}

    /** Starts a supervisor; a signal during the start interrupts it. */
    @FunctionalInterface
    interface Start {
        /**
         * Starts the supervisor and waits until it is ready.
         *
         * @param opened takes over a supervisor that must be closed even if the start fails
         */
        void start(Consumer<Supervisor> opened) throws CommandException, InterruptedException;
    }

    /**
     * Starts the supervisor and then waits until a signal ends the process.
     *
     * @throws CommandException if the start fails
     */
    static void runUntilSignalled(Start start) throws CommandException, InterruptedException {
        Shutdown shutdown = new Shutdown();
        List<Runnable> undo = new ArrayList<>();
        SIGNALS.forEach((name, number) -> {
            Optional<Runnable> taken = Signals.handle(name, () -> shutdown.signalled(number));
            taken.ifPresentOrElse(
                    undo::add, () -> log.warn("SIG{} ends the process without a drain", name));
        });
        try {
            shutdown.start(start);
        } catch (CommandException | InterruptedException e) {
            if (shutdown.stopping.compareAndSet(false, true)) {
                undo.forEach(Runnable::run);
                shutdown.closeSupervisor();
                throw e;
            }
            // a signal arrived first, and the process ends with 0
        }
        waitForEver();
    }

    /** Waits without end and ignores interrupts: they end only a start, which is over. */
    private static void waitForEver() {
        CountDownLatch never = new CountDownLatch(1);
        while (never.getCount() > 0) {
            try {
                never.await();
            } catch (InterruptedException _) {
                // the thread that handles the signal is about to end the process
            }
        }
    }

    private void start(Start start) throws CommandException, InterruptedException {
        try {
            start.start(this::opened);
        } finally {
            startEnded.countDown();
        }
    }

    private void opened(Supervisor opened) {
        supervisor = opened;
    }

    /** Handles one signal, on a thread that the JVM creates for it. */
    private void signalled(int number) {
        if (stopping.compareAndSet(false, true)) {
            Thread _ = SupervisorThreads.start("shutdown", this::stop);
        } else {
            // no log line: the reader of the log may be what hangs
            Runtime.getRuntime().halt(KILLED_BY_SIGNAL + number);
        }
    }

    private void stop() {
        ExitCode outcome = ExitCode.INTERNAL;
        try {
            log.info("stopping; a second signal stops the daemon immediately");
            stopWhatStarted();
            log.info("stopped");
            outcome = ExitCode.OK;
        } catch (RuntimeException | Error e) {
            log.error("the stop failed; a defect of ours", e);
        } finally {
            Logging.flush();
            Runtime.getRuntime().halt(outcome.number());
        }
    }

    private void stopWhatStarted() {
        try {
            starter.interrupt();
            startEnded.await(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        closeSupervisor();
    }

    private void closeSupervisor() {
        Supervisor running = supervisor;
        if (running != null) {
            running.close();
        }
    }
}
