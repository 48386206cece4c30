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
 * Compares the deadlines of all sessions with the clock ten times a second: one mechanism for every
 * timeout on every transport, at the price of precision. A session that is blocked is woken at the
 * second look that finds it late, so up to 0.2 seconds after its deadline. Thread-safe.
 */
public final class Watchdog implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
    private static final long PERIOD_NANOS = 100_000_000;

    private final LongSupplier nanoClock;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final AtomicLong looks = new AtomicLong();
    private volatile boolean closed;
    private volatile long lastLookNanos;

    /** A watchdog that looks at {@code nanoClock}; it runs once a thread enters {@link #run}. */
    public Watchdog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lastLookNanos = nanoClock.getAsLong();
    }

    /** Looks at {@code subject} until {@link #unwatch}. */
    public void watch(Watched subject) {
        watched.add(subject);
    }

    /** Stops looking at {@code subject}; a look that has begun may still end after this. */
    public void unwatch(Watched subject) {
        watched.remove(subject);
    }

    /** Looks at everything until {@link #close}. */
    @Override
    public void run() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            checkAll();
            looks.incrementAndGet();
        }
    }

    /** How often it has looked at everything; grows all the time while a thread runs it. */
    public long looks() {
        return looks.get();
    }

    /** Looks at everything once. */
    public void checkAll() {
        long now = nanoClock.getAsLong();
        for (Watched subject : watched) {
            try {
                subject.check(now);
            } catch (RuntimeException e) {
                // one session's defect must not take the deadlines from all others
                log.error("a deadline check failed", e);
            }
        }
        lastLookNanos = nanoClock.getAsLong();
    }

    /** How long ago it last looked at everything, or was made. Any thread. */
    public Duration sinceLastLook() {
        return Duration.ofNanos(nanoClock.getAsLong() - lastLookNanos);
    }

    /** Ends {@link #run} within a tenth of a second. */
    @Override
    public void close() {
        closed = true;
    }
}
