package clamd.vproxy.worker.session;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the deadlines of all sessions with the clock ten times a second. This single mechanism
 * covers every timeout on every transport, at the cost of precision: a blocked session is woken at
 * the second check that finds it late, so up to 0.2 seconds after its deadline. Thread-safe.
 */
public final class Watchdog implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
    private static final long PERIOD_NANOS = 100_000_000;

    private final LongSupplier nanoClock;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final AtomicLong looks = new AtomicLong();
    private volatile boolean closed;
    private volatile long lastLookNanos;

    /**
     * Creates a watchdog that reads {@code nanoClock}; it runs once a thread enters {@link #run}.
     */
    public Watchdog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lastLookNanos = nanoClock.getAsLong();
    }

    /** Checks {@code subject} until {@link #unwatch}. */
    public void watch(Watched subject) {
        watched.add(subject);
    }

    /** Stops checking {@code subject}; a check that has begun may still end after this call. */
    public void unwatch(Watched subject) {
        watched.remove(subject);
    }

    /** Checks all subjects, ten times a second, until {@link #close}. */
    @Override
    public void run() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            checkAll();
            looks.incrementAndGet();
        }
    }

    /**
     * Returns the number of completed checks of all subjects; it grows as long as a thread runs the
     * watchdog.
     */
    public long looks() {
        return looks.get();
    }

    /** Checks all subjects once. */
    public void checkAll() {
        long now = nanoClock.getAsLong();
        for (Watched subject : watched) {
            try {
                subject.check(now);
            } catch (RuntimeException e) {
                // a defect in one session must not disable the deadlines of all others
                log.error("a deadline check failed", e);
            }
        }
        lastLookNanos = nanoClock.getAsLong();
    }

    /** Returns the time since the last check of all subjects, or since the creation. Any thread. */
    public Duration sinceLastLook() {
        return Duration.ofNanos(nanoClock.getAsLong() - lastLookNanos);
    }

    /** Ends {@link #run} within a tenth of a second. */
    @Override
    public void close() {
        closed = true;
    }
}
