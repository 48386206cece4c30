package clamd.vproxy.supervisor.sources.libvirt;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a watcher's pending work. Thread-safe, guarded by its lock.
 *
 * <p>Work is a state, not a queue: a domain with a hundred events is read once, one list meets a
 * hundred requests, and a list replaces all reads that were requested before it. So the inbox stays
 * as small as the number of domains, however many events arrive.
 */
final class WatcherInbox {
    /** One item of work. */
    sealed interface Work {
        /**
         * Listing the active domains; {@code taken} becomes true when the registry has them, false
         * if that fails.
         */
        record ListAll(CompletableFuture<Boolean> taken) implements Work {}

        /** Reading one domain again. */
        record ReadAgain(UUID uuid) implements Work {}

        /** The loss of the connection. */
        record Lost(String reason) implements Work {}

        /** The end of the watcher. */
        record Closed() implements Work {}
    }

    /** The longest wait before the watcher's loop is reported as alive. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private final LongSupplier nanoClock;
    private final Runnable goingRound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final SequencedSet<UUID> touched = new LinkedHashSet<>();

    @GuardedBy("lock")
    private @Nullable CompletableFuture<Boolean> nextList;

    @GuardedBy("lock")
    private @Nullable String lost;

    @GuardedBy("lock")
    private int attempt;

    @GuardedBy("lock")
    private boolean following;

    @GuardedBy("lock")
    private boolean closed;

    /**
     * Creates an inbox without work.
     *
     * @param goingRound is run every second while the watcher waits here, on its thread
     */
    WatcherInbox(LongSupplier nanoClock, Runnable goingRound) {
        this.nanoClock = nanoClock;
        this.goingRound = goingRound;
    }

    /**
     * Clears the state and returns the listener for the next connection; events of older
     * connections are dropped.
     *
     * @param onEvent is run for each event, on the event thread
     */
    LibvirtListener nextAttempt(Runnable onEvent) {
        lock.lock();
        try {
            touched.clear();
            lost = null;
            int number = ++attempt;
            return new LibvirtListener() {
                @Override
                public void touched(UUID uuid) {
                    onEvent.run();
                    reportTouched(number, uuid);
                }

                @Override
                public void lost(String reason) {
                    reportLost(number, reason);
                }
            };
        } finally {
            lock.unlock();
        }
    }

    /** Accepts requests for a list, because there is a connection. */
    void follow() {
        lock.lock();
        try {
            following = !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Completes requests for a list with false from now on, because there is no connection. */
    void unfollow() {
        CompletableFuture<Boolean> unanswered;
        lock.lock();
        try {
            following = false;
            unanswered = nextList;
            nextList = null;
        } finally {
            lock.unlock();
        }
        if (unanswered != null) {
            unanswered.complete(false);
        }
    }

    /** Requests a list that begins after this call; all requests made before it begins share it. */
    CompletableFuture<Boolean> requestList() {
        lock.lock();
        try {
            if (!following) {
                return CompletableFuture.completedFuture(false);
            }
            if (nextList == null) {
                nextList = new CompletableFuture<>();
                changed.signalAll();
            }
            return nextList.copy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the next item of work.
     *
     * @param listDue when the next list is due at the latest, by the nano clock
     */
    Work take(long listDue) throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                goingRound.run();
                long left = listDue - nanoClock.getAsLong();
                Work work = next(left <= 0);
                if (work != null) {
                    return work;
                }
                long _ = changed.awaitNanos(Math.min(left, TICK.toNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Work next(boolean listIsDue) {
        if (closed) {
            return new Work.Closed();
        }
        if (lost != null) {
            return new Work.Lost(lost);
        }
        if (nextList != null || listIsDue) {
            CompletableFuture<Boolean> taken =
                    nextList == null ? new CompletableFuture<>() : nextList;
            nextList = null;
            touched.clear();
            return new Work.ListAll(taken);
        }
        return touched.isEmpty() ? null : new Work.ReadAgain(touched.removeFirst());
    }

    /** Waits for this long, or until closed. */
    void pause(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long left = time.toNanos();
            while (left > 0 && !closed) {
                goingRound.run();
                long slice = Math.min(left, TICK.toNanos());
                left -= slice - changed.awaitNanos(slice);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes {@link Work.Closed} the only work. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        unfollow();
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void reportTouched(int number, UUID uuid) {
        lock.lock();
        try {
            if (number == attempt && touched.add(uuid)) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void reportLost(int number, String reason) {
        lock.lock();
        try {
            if (number == attempt) {
                lost = reason;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
