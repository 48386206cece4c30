package clamd.vproxy.supervisor.daemon.systemd;

import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends systemd the status line periodically, and a watchdog message as long as every loop runs.
 * When a loop has hung for half of systemd's watchdog time, no further watchdog message is sent, so
 * that systemd restarts the service. The thread is {@code systemd-watchdog}; it does not exist if
 * systemd does not listen.
 */
public final class WatchdogFeeder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WatchdogFeeder.class);
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(5);

    private final ServiceManager systemd;
    private final Supplier<String> status;
    private final LongSupplier nanoClock;
    private final LoopWatch watch;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Optional<Thread> thread;

    // confined to the feeder's thread
    private List<Loop> lastStuck = List.of();

    /**
     * Starts sending.
     *
     * @param loops the loops that must keep running
     * @param status returns the status line; called every few seconds
     */
    public WatchdogFeeder(
            ServiceManager systemd,
            List<Loop> loops,
            Supplier<String> status,
            LongSupplier nanoClock) {
        this(systemd, loops, status, nanoClock, true);
    }

    /** Creates a feeder, with a thread of its own if {@code started}. */
    WatchdogFeeder(
            ServiceManager systemd,
            List<Loop> loops,
            Supplier<String> status,
            LongSupplier nanoClock,
            boolean started) {
        this.systemd = systemd;
        this.status = status;
        this.nanoClock = nanoClock;
        this.watch = new LoopWatch(loops, systemd.watchdog().orElse(Duration.ZERO).dividedBy(2));
        this.thread =
                started && systemd.listens()
                        ? Optional.of(SupervisorThreads.start("systemd-watchdog", this::run))
                        : Optional.empty();
    }

    private void run() {
        try {
            do {
                tellWithCare();
            } while (!closed.await(period().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /** Returns a third of systemd's watchdog time at most, so that one message may be late. */
    private Duration period() {
        return systemd.watchdog()
                .map(limit -> limit.dividedBy(3))
                .filter(third -> third.compareTo(LONGEST_PERIOD) < 0)
                .orElse(LONGEST_PERIOD);
    }

    private void tellWithCare() {
        try {
            tell();
        } catch (RuntimeException e) {
            log.error("the service's state was not reported to systemd; a defect of ours", e);
        }
    }

    /** Checks the loops once, and sends the result. */
    void tell() {
        if (systemd.watchdog().isPresent()) {
            List<Loop> stuck = watch.stuck(nanoClock.getAsLong());
            if (stuck.isEmpty()) {
                systemd.feedWatchdog();
            }
            if (!stuck.equals(lastStuck)) {
                lastStuck = stuck;
                stuck.forEach(WatchdogFeeder::complain);
            }
        }
        systemd.status(status.get());
    }

    /** Logs where a loop hangs, because this cannot be found out after the restart. */
    private static void complain(Loop loop) {
        log.error(
                "the loop of {} does not go round any more, so systemd's watchdog is not fed{}",
                loop.name(),
                Thread.getAllStackTraces().entrySet().stream()
                        .filter(entry -> entry.getKey().getName().equals(loop.name()))
                        .map(Map.Entry::getValue)
                        .findAny()
                        .map(frames -> "; it is at " + Arrays.toString(frames))
                        .orElse("; its thread has ended"));
    }

    /** Stops sending. */
    @Override
    public void close() {
        closed.countDown();
        thread.ifPresent(SupervisorThreads::join);
    }
}
