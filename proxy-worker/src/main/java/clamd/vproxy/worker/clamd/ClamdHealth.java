package clamd.vproxy.worker.clamd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of one clamd. Logs each change and reports it to the waiting streams. Thread-safe,
 * guarded by the lock that all clamds and their permits share.
 */
final class ClamdHealth {
    private static final Logger log = LoggerFactory.getLogger(ClamdHealth.class);

    private final Clamd clamd;
    private final ReentrantLock lock;
    private final Condition checkWanted;
    private final Runnable whenChanged;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;

    @GuardedBy("lock")
    private final CircuitBreaker breaker;

    @GuardedBy("lock")
    private Instant since;

    @GuardedBy("lock")
    private Optional<String> lastError = Optional.empty();

    /** Whether the monitor's thread waits for the next check. */
    @GuardedBy("lock")
    private boolean idle;

    @GuardedBy("lock")
    private long looks;

    /** When the monitor first found no listener there since the last answer. */
    @GuardedBy("lock")
    private Optional<Instant> awaySince = Optional.empty();

    @GuardedBy("lock")
    private boolean closed;

    /**
     * @param whenChanged called with the lock held, when waiting streams may now be served, or must
     *     be refused
     */
    ClamdHealth(
            Clamd clamd,
            HealthTimes times,
            ReentrantLock lock,
            Runnable whenChanged,
            LongSupplier nanoClock,
            InstantSource wallClock) {
        this.clamd = clamd;
        this.lock = lock;
        this.checkWanted = lock.newCondition();
        this.whenChanged = whenChanged;
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.breaker = new CircuitBreaker(times, nanoClock.getAsLong());
        this.since = wallClock.instant();
    }

    Clamd clamd() {
        return clamd;
    }

    boolean isUp() {
        lock.lock();
        try {
            return breaker.isUp();
        } finally {
            lock.unlock();
        }
    }

    /** Whether clamd answered its last PING and no failure followed. */
    boolean isTrusted() {
        lock.lock();
        try {
            return breaker.isTrusted();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many PINGs clamd has answered. */
    long answers() {
        lock.lock();
        try {
            return breaker.answers();
        } finally {
            lock.unlock();
        }
    }

    Instant since() {
        lock.lock();
        try {
            return since;
        } finally {
            lock.unlock();
        }
    }

    Optional<String> lastError() {
        lock.lock();
        try {
            return lastError;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Records that a session could not connect. Only a refusal counts as a failure; anything else
     * schedules a check.
     */
    void notConnected(IOException failure) {
        boolean wentDown = false;
        lock.lock();
        try {
            if (failure instanceof ClamdUnreachableException found && found.isRefused()) {
                sawAway(found);
                lastError = Optional.of(found.reason());
                wentDown = breaker.refused(now());
                afterFailure(wentDown);
            } else {
                breaker.checkSoon(now());
            }
            checkWanted.signal();
        } finally {
            lock.unlock();
        }
        if (wentDown) {
            logDown();
        }
    }

    /** Records that the monitor could not connect for a PING. */
    void unreachable(ClamdUnreachableException failure) {
        lock.lock();
        try {
            sawAway(failure);
        } finally {
            lock.unlock();
        }
        unanswered(failure.reason());
    }

    /** Records that clamd did not answer the monitor's PING. */
    void unanswered(String reason) {
        boolean wentDown;
        lock.lock();
        try {
            lastError = Optional.of(reason);
            wentDown = breaker.unanswered(now());
            afterFailure(wentDown);
        } finally {
            lock.unlock();
        }
        if (wentDown) {
            logDown();
        }
    }

    /** Records that clamd answers PING but does not detect the self-test file. */
    void unreliable(String reason) {
        boolean news;
        lock.lock();
        try {
            boolean wentDown = breaker.unreliable(now());
            news = wentDown || !lastError.equals(Optional.of(reason));
            lastError = Optional.of(reason);
            afterFailure(wentDown);
        } finally {
            lock.unlock();
        }
        if (news) {
            log.error("clamd at {} is not used: {}", clamd.endpoint(), reason);
        }
    }

    /**
     * Requests a check at once because a session finds clamd down: it may be back.
     *
     * @return whether {@link #looks} will change soon
     */
    boolean lookNow() {
        lock.lock();
        try {
            if (!idle || !breaker.checkNow(now())) {
                return false;
            }
            checkWanted.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many checks there were. */
    long looks() {
        lock.lock();
        try {
            return looks;
        } finally {
            lock.unlock();
        }
    }

    /** Records that a check was impossible for a local reason. */
    void notAsked(String reason) {
        lock.lock();
        try {
            breaker.notAsked(now());
        } finally {
            lock.unlock();
        }
        log.debug("clamd at {} could not be asked: {}", clamd.endpoint(), reason);
    }

    /** Records that clamd answered the monitor's PING. */
    void answered() {
        long downSeconds;
        boolean cameUp;
        // before sessions use clamd: its signatures or limits may have changed
        clamd.watcher().answered(takeAwaySince());
        lock.lock();
        try {
            downSeconds = breaker.downFor(now()).toSeconds();
            cameUp = breaker.answered(now());
            if (cameUp) {
                since = wallClock.instant();
            }
            // also if clamd was not down: a request that it refused may wait for this answer
            whenChanged.run();
        } finally {
            lock.unlock();
        }
        if (cameUp) {
            log.info("clamd at {} is up again after {} s", clamd.endpoint(), downSeconds);
        }
    }

    @GuardedBy("lock")
    private void sawAway(ClamdUnreachableException failure) {
        if (failure.meansNobodyListens() && awaySince.isEmpty()) {
            awaySince = Optional.of(wallClock.instant());
        }
    }

    /** Whether the monitor has found no listener there since the last answer. */
    boolean wasAway() {
        lock.lock();
        try {
            return awaySince.isPresent();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Instant> takeAwaySince() {
        lock.lock();
        try {
            Optional<Instant> since = awaySince;
            awaySince = Optional.empty();
            return since;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void afterFailure(boolean wentDown) {
        if (wentDown) {
            since = wallClock.instant();
            whenChanged.run();
        }
    }

    private void logDown() {
        log.warn("clamd at {} is down: {}", clamd.endpoint(), lastError().orElse(""));
    }

    /**
     * Waits until the next check is due.
     *
     * @return false if there are no more checks
     */
    boolean awaitCheck() {
        lock.lock();
        try {
            long left = breaker.nextCheckNanos() - now();
            idle = true;
            looks++;
            if (!breaker.isUp()) {
                // sessions may have waited for this
                whenChanged.run();
            }
            while (!closed && left > 0) {
                checkWanted.awaitNanos(left);
                left = breaker.nextCheckNanos() - now();
            }
            idle = false;
            return !closed;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the checks. */
    void close() {
        lock.lock();
        try {
            closed = true;
            checkWanted.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long now() {
        return nanoClock.getAsLong();
    }
}
