package clamd.vproxy.worker.clamd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The places for connections that are open at clamd at once, shared by all guests.
 *
 * <p>clamd accepts nobody any more once MaxQueue connections have not finished their command or
 * stream ({@code clamd/server-th.c:acceptloop_th}), so their number is kept well below. A place
 * that comes free goes to the guest that holds fewest of them, then to who has waited longest: a
 * guest with a hundred streams waiting delays another's one stream by at most one place.
 *
 * <p>How soon a place comes free is up to its holder, who may upload as slowly as its timeouts let
 * it. So one guest never holds all of them: at most three quarters, rounded down, though at least
 * one, and waits beyond that even while places are free. A guest that comes second finds a place at
 * once, unless there is only one; several guests together may still hold all of them.
 *
 * <p>Thread-safe, guarded by one lock that is held for short computations only.
 */
public final class BackendSlots {
    private final int total;
    private final int mostForOneGuest;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final List<Waiter> waiters = new ArrayList<>();

    @GuardedBy("lock")
    private final Map<Object, Integer> heldByGuest = new HashMap<>();

    @GuardedBy("lock")
    private int held;

    /**
     * @param total how many places there are, at least 1
     */
    public BackendSlots(int total, LongSupplier nanoClock) {
        if (total < 1) {
            throw new IllegalArgumentException("at least one place is needed, not " + total);
        }
        this.total = total;
        this.mostForOneGuest = Math.max(1, (int) (total * 3L / 4));
        this.nanoClock = nanoClock;
    }

    /** A place at clamd, given back by {@link #close}, once, from any thread. */
    public final class Slot implements AutoCloseable {
        private final Object guest;

        @GuardedBy("lock")
        private boolean open = true;

        private Slot(Object guest) {
            this.guest = guest;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (open) {
                    open = false;
                    giveBack(guest);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** A request for a place that another thread may withdraw while its owner waits. */
    public final class Waiter {
        private final Object guest;
        private final int weight;
        private final Condition changed = lock.newCondition();

        // both guarded by the slots' lock, which the annotation cannot name from here
        private boolean granted;
        private boolean withdrawn;

        private Waiter(Object guest, int weight) {
            this.guest = guest;
            this.weight = weight;
        }

        /**
         * Waits for the place until {@code deadlineNanos} on the injected clock.
         *
         * @return the place, or nothing if the time is over or the request was withdrawn
         */
        public Optional<Slot> await(long deadlineNanos) {
            return isGranted(this, deadlineNanos) ? Optional.of(new Slot(guest)) : Optional.empty();
        }

        /** Ends the waiting without a place. Any thread; too late once the place was granted. */
        public void withdraw() {
            lock.lock();
            try {
                withdrawn = true;
                waiters.remove(this);
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * A request for a place.
     *
     * @param guest on whose behalf, told from others by {@code equals}
     * @param weight the guest's share in relation to others, at least 1
     */
    public Waiter request(Object guest, int weight) {
        return new Waiter(guest, weight);
    }

    private boolean isGranted(Waiter waiter, long deadlineNanos) {
        lock.lock();
        try {
            if (waiter.withdrawn) {
                return false;
            }
            waiters.add(waiter);
            grantFreePlaces();
            try {
                long left = deadlineNanos - nanoClock.getAsLong();
                while (!waiter.granted && !waiter.withdrawn && left > 0) {
                    waiter.changed.awaitNanos(left);
                    left = deadlineNanos - nanoClock.getAsLong();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            waiters.remove(waiter);
            return waiter.granted;
        } finally {
            lock.unlock();
        }
    }

    /** How many places are taken now. */
    public int held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /** How many places there are. */
    public int total() {
        return total;
    }

    /** How many places one guest may hold, at least 1. */
    public int mostForOneGuest() {
        return mostForOneGuest;
    }

    @GuardedBy("lock")
    private void giveBack(Object guest) {
        held--;
        heldByGuest.computeIfPresent(guest, (_, count) -> count == 1 ? null : count - 1);
        grantFreePlaces();
    }

    @GuardedBy("lock")
    private void grantFreePlaces() {
        while (held < total) {
            Waiter next = nextToBeServed();
            if (next == null) {
                return;
            }
            waiters.remove(next);
            held++;
            heldByGuest.merge(next.guest, 1, Integer::sum);
            next.granted = true;
            next.changed.signal();
        }
    }

    /** Nobody, if all that wait are of guests that hold as many as one may. */
    @GuardedBy("lock")
    private @Nullable Waiter nextToBeServed() {
        Waiter next = null;
        for (Waiter waiter : waiters) {
            if (heldBy(waiter.guest) < mostForOneGuest
                    && (next == null || isNextBefore(waiter, next))) {
                next = waiter;
            }
        }
        return next;
    }

    /** Compares the shares that each guest would have with one place more. */
    @GuardedBy("lock")
    private boolean isNextBefore(Waiter one, Waiter other) {
        long oneShare = (heldBy(one.guest) + 1L) * other.weight;
        long otherShare = (heldBy(other.guest) + 1L) * one.weight;
        return oneShare < otherShare;
    }

    @GuardedBy("lock")
    private int heldBy(Object guest) {
        return heldByGuest.getOrDefault(guest, 0);
    }
}
