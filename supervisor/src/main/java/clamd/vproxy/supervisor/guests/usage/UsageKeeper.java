package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the guests' daily usage over a restart: reads the state file at the start, writes it every
 * ten seconds and at the end if something changed. Only the thread {@code usage-file} waits for the
 * disk, so neither a slow nor a full disk affects a session; a failed write is retried.
 *
 * <p>Thread-safe; writing is guarded by itself.
 */
public final class UsageKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UsageKeeper.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Clock clock;
    private final Predicate<UUID> running;
    private final Duration period;
    private final UsageBook book;
    private final Optional<UsageFile> file;

    /** Why a configured file is not used. */
    private final Optional<String> whyInMemory;

    private final AtomicBoolean warned = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    @GuardedBy("this")
    private UsageState.Amounts saved = UsageState.Amounts.NONE;

    @GuardedBy("this")
    private boolean failing;

    private UsageKeeper(
            Optional<UsageFile> file,
            Optional<String> whyInMemory,
            Clock clock,
            Predicate<UUID> running,
            Duration period)
            throws IOException {
        this.clock = clock;
        this.running = running;
        this.period = period;
        this.book = new UsageBook(clock);
        this.file = file;
        this.whyInMemory = whyInMemory;
        if (file.isPresent()) {
            restore(file.get());
        }
        this.thread = SupervisorThreads.start("usage-file", this::saveUntilStopped);
    }

    /**
     * Opens a keeper, with today's usage from the file.
     *
     * @param settings the state file; empty = in memory only
     * @param clock the wall clock, with the time zone whose calendar defines the days
     * @param running whether a guest runs; the usage of other guests on other days is dropped
     * @throws IOException if the file is required and cannot be used; the message is one line and
     *     says what to do
     */
    public static UsageKeeper open(
            Optional<UsageSettings> settings, Clock clock, Predicate<UUID> running)
            throws IOException {
        return open(settings, clock, running, PERIOD);
    }

    /** Opens a keeper that checks the guests' usage once per {@code period}. */
    static UsageKeeper open(
            Optional<UsageSettings> settings, Clock clock, Predicate<UUID> running, Duration period)
            throws IOException {
        if (settings.isEmpty()) {
            return inMemory(Optional.empty(), clock, running, period);
        }
        try {
            return inFile(UsageFile.open(settings.get().file()), clock, running, period);
        } catch (IOException e) {
            if (settings.get().required()) {
                throw e;
            }
            return inMemory(Optional.of("" + e.getMessage()), clock, running, period);
        }
    }

    private static UsageKeeper inFile(
            UsageFile file, Clock clock, Predicate<UUID> running, Duration period)
            throws IOException {
        try {
            return new UsageKeeper(Optional.of(file), Optional.empty(), clock, running, period);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static UsageKeeper inMemory(
            Optional<String> whyInMemory, Clock clock, Predicate<UUID> running, Duration period)
            throws IOException {
        return new UsageKeeper(Optional.empty(), whyInMemory, clock, running, period);
    }

    private synchronized void restore(UsageFile from) throws IOException {
        UsageFile.Restored restored = from.read();
        restored.loss().ifPresent(loss -> log.warn("of what guests used today: {}", loss));
        restored.state()
                .filter(state -> state.date().equals(LocalDate.now(clock)))
                .ifPresent(state -> book.restore(state.amounts()));
        // usage of another day must be removed from the file, too
        saved = restored.state().map(UsageState::amounts).orElse(UsageState.Amounts.NONE);
    }

    /** Returns what each guest uses. */
    public UsageBook book() {
        return book;
    }

    /**
     * Warns, once, if these policies limit daily usage that a restart would lose although a file
     * was configured.
     */
    public void warnIfForgotten(PolicySet policies) {
        if (policies.hasDailyLimit()
                && whyInMemory.isPresent()
                && warned.compareAndSet(false, true)) {
            log.warn(
                    "policies limit what guests may use in a day, but a restart forgets what they"
                            + " used: {}",
                    whyInMemory.get());
        }
    }

    private void saveUntilStopped() {
        try {
            while (!stopping.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
                saveOrLog();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void saveOrLog() {
        try {
            save();
        } catch (RuntimeException e) {
            log.error("what guests used today is not saved; a defect of ours", e);
        }
    }

    /** Writes the file if something changed since the last write; a failure is only logged. */
    synchronized void save() {
        book.forgetOtherDays(running);
        if (file.isEmpty()) {
            return;
        }
        LocalDate date = LocalDate.now(clock);
        UsageState.Amounts today = book.on(date);
        if (today.equals(saved)) {
            return;
        }
        try {
            file.get().write(new UsageState(clock.instant(), date, today));
            saved = today;
            if (failing) {
                log.info("what guests used today is written to {} again", file.get().path());
            }
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                log.warn(
                        "what guests used today cannot be written to {}, and a restart would forget"
                                + " it; tried again every {} s: {}",
                        file.get().path(),
                        period.toSeconds(),
                        e.getMessage());
            }
            failing = true;
        }
    }

    /** Writes the remaining changes, and releases the file for another daemon. */
    @Override
    public void close() throws IOException {
        stopping.countDown();
        SupervisorThreads.join(thread);
        if (file.isPresent()) {
            saveOrLog();
            file.get().close();
        }
    }
}
