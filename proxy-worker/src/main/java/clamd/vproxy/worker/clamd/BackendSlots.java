package clamd.vproxy.worker.clamd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The places of one kind for connections that are open at the clamds at once, shared by all guests.
 *
 * <p>clamd accepts nobody any more once MaxQueue connections have not finished their command or
 * stream ({@code clamd/server-th.c:acceptloop_th}), so their number is kept well below, at each
 * clamd. A place that comes free goes to the guest that holds fewest of them at all clamds
 * together, then to who has waited longest: a guest with a hundred streams waiting delays another's
 * one stream by at most one place.
 *
 * <p>Who waits does so for a place at any clamd that is up, and gets one where a scan slot is free,
 * if there is such, and of those at that with the fewest of its places taken, the first in order
 * among equals. A clamd whose last PING had no answer is only chosen where no other has a place,
 * and one that is down never: while none is up, all wait, or none, as the kind of place has it.
 *
 * <p>How soon a place comes free is up to its holder, who may upload as slowly as its timeouts let
 * it. So one guest never holds all places of a clamd: at most three quarters, rounded down, though
 * at least one, and waits beyond that even while places are free. A guest that comes second finds a
 * place at once, unless there is only one; several guests together may still hold all of them.
 *
 * <p>Thread-safe, guarded by one lock that is held for short computations only.
 */
public final class BackendSlots {
    /** What becomes of who finds no clamd up. */
    enum Patience {
        /** It waits for one as it does for a place. */
        WAITS_FOR_CLAMD,
        /** Its wait ends without a place. */
        NEEDS_CLAMD_NOW
    }

    private final ReentrantLock lock;
    private final Patience patience;
    private final List<ClamdSite> sites;
    private final LongSupplier nanoClock;

    @GuardedBy("lock")
    private final List<Waiter> waiters = new ArrayList<>();

    @GuardedBy("lock")
    private final Map<Object, Integer> heldByGuest = new HashMap<>();

    /**
     * @param lock guards the clamds' health, too
     * @param clamds in the order in which they are preferred when all else is equal
     * @param places how many places there are at a clamd, at least 1
     */
    BackendSlots(
            ReentrantLock lock,
            Patience patience,
            List<ClamdHealth> clamds,
            ToIntFunction<Clamd> places,
            LongSupplier nanoClock) {
        this.lock = lock;
        this.patience = patience;
        this.sites =
                clamds.stream()
                        .map(health -> new ClamdSite(health, places.applyAsInt(health.clamd())))
                        .toList();
        this.nanoClock = nanoClock;
    }

    /** A place at one clamd, given back by {@link #close}, once, from any thread. */
    public final class Slot implements AutoCloseable {
        private final ClamdSite site;
        private final Object guest;

        /** By this number an answer of clamd's is known that is newer than this place. */
        private final long answersBefore;

        @GuardedBy("lock")
        private boolean open = true;

        private Slot(ClamdSite site, Object guest) {
            this.site = site;
            this.guest = guest;
            this.answersBefore = site.health().answers();
        }

        /** The clamd at which it is. */
        public Clamd clamd() {
            return site.health().clamd();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (open) {
                    open = false;
                    giveBack(site, guest);
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

        // all guarded by the slots' lock, which the annotation cannot name from here
        private final Map<ClamdSite, Long> refusedBy = new HashMap<>();
        private Optional<String> lastRefusal = Optional.empty();
        private Optional<String> noClamd = Optional.empty();
        private @Nullable Slot granted;
        private boolean withdrawn;
        private boolean late;

        private Waiter(Object guest, int weight) {
            this.guest = guest;
            this.weight = weight;
        }

        /**
         * Waits for a place until {@code deadlineNanos} on the injected clock. Again after {@link
         * #notConnected}.
         *
         * @return the place, or nothing if the time is over, the request was withdrawn, or no clamd
         *     is up and this kind of place does not wait for one
         */
        public Optional<Slot> await(long deadlineNanos) {
            return Optional.ofNullable(awaitGrant(this, deadlineNanos));
        }

        /**
         * Gives back a place at a clamd that could not be connected to. From now on this request is
         * for a place at another one, or at the same one once that has answered a PING since, if
         * there is time left.
         */
        public void notConnected(Slot slot, IOException failure) {
            lock.lock();
            try {
                refusedBy.put(slot.site, slot.answersBefore);
                lastRefusal = Optional.ofNullable(failure.getMessage());
                slot.close();
            } finally {
                lock.unlock();
            }
            slot.site.health().notConnected(failure);
        }

        /**
         * Why there was no clamd for this request when its wait ended without a place, for the log;
         * empty if there was one. Owner only.
         */
        public Optional<String> noClamd() {
            return noClamd;
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

        /** Whether sessions use the clamd, and it has not refused this one. */
        private boolean mayUse(ClamdSite site) {
            Long answersBefore = refusedBy.get(site);
            return site.health().isUp()
                    && (answersBefore == null
                            || (!late && site.health().answers() != answersBefore));
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

    private @Nullable Slot awaitGrant(Waiter waiter, long deadlineNanos) {
        lock.lock();
        try {
            waiter.granted = null;
            if (waiter.withdrawn) {
                return null;
            }
            long left = deadlineNanos - nanoClock.getAsLong();
            waiter.late = left <= 0;
            waiters.add(waiter);
            grantFreePlaces();
            try {
                while (left > 0 && isWaiting(waiter)) {
                    waiter.changed.awaitNanos(left);
                    left = deadlineNanos - nanoClock.getAsLong();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            waiters.remove(waiter);
            waiter.noClamd =
                    hasClamd(waiter)
                            ? Optional.empty()
                            : waiter.lastRefusal.or(() -> Optional.of(whyDown()));
            return waiter.granted;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isWaiting(Waiter waiter) {
        return waiter.granted == null
                && !waiter.withdrawn
                && (patience == Patience.WAITS_FOR_CLAMD || hasClamd(waiter));
    }

    @GuardedBy("lock")
    private boolean hasClamd(Waiter waiter) {
        for (ClamdSite site : sites) {
            if (waiter.mayUse(site)) {
                return true;
            }
        }
        return false;
    }

    @GuardedBy("lock")
    private String whyDown() {
        return sites.stream()
                .map(ClamdSite::health)
                .filter(health -> !health.isUp())
                .map(health ->
                        "clamd at %s is down: %s"
                                .formatted(
                                        health.clamd().endpoint(), health.lastError().orElse("")))
                .collect(Collectors.joining("; "));
    }

    /** A clamd went down, or answered. Called with the lock held. */
    void healthChanged() {
        lock.lock();
        try {
            grantFreePlaces();
            if (patience == Patience.NEEDS_CLAMD_NOW) {
                waiters.forEach(waiter -> waiter.changed.signal());
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many places are taken now, at all clamds together. */
    public int held() {
        return heldByClamd().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many places are taken now at each clamd, in their order. */
    List<Integer> heldByClamd() {
        lock.lock();
        try {
            return sites.stream().map(ClamdSite::held).toList();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests wait now, for a place or for a clamd. */
    public int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many places there are, at all clamds together. */
    public int total() {
        return sites.stream().mapToInt(ClamdSite::total).sum();
    }

    /** How many places one guest may hold, at all clamds together. */
    public int mostForOneGuest() {
        return sites.stream().mapToInt(ClamdSite::mostForOneGuest).sum();
    }

    @GuardedBy("lock")
    private void giveBack(ClamdSite site, Object guest) {
        site.giveBack(guest);
        heldByGuest.computeIfPresent(guest, (_, count) -> count == 1 ? null : count - 1);
        grantFreePlaces();
    }

    @GuardedBy("lock")
    private void grantFreePlaces() {
        while (!waiters.isEmpty() && hasPlaceAtAll()) {
            Waiter next = null;
            ClamdSite place = null;
            for (Waiter waiter : waiters) {
                if (next == null || isNextBefore(waiter, next)) {
                    ClamdSite found = bestFor(waiter);
                    next = found == null ? next : waiter;
                    place = found == null ? place : found;
                }
            }
            if (next == null || place == null) {
                return;
            }
            grant(place, next);
        }
    }

    @GuardedBy("lock")
    private boolean hasPlaceAtAll() {
        for (ClamdSite site : sites) {
            if (site.hasPlace() && site.health().isUp()) {
                return true;
            }
        }
        return false;
    }

    @GuardedBy("lock")
    private void grant(ClamdSite site, Waiter waiter) {
        waiters.remove(waiter);
        site.take(waiter.guest);
        heldByGuest.merge(waiter.guest, 1, Integer::sum);
        waiter.granted = new Slot(site, waiter.guest);
        waiter.changed.signal();
    }

    /** Where this one may have a place now, if anywhere. */
    @GuardedBy("lock")
    private @Nullable ClamdSite bestFor(Waiter waiter) {
        ClamdSite best = null;
        for (ClamdSite site : sites) {
            if (site.hasPlaceFor(waiter.guest)
                    && waiter.mayUse(site)
                    && (best == null || site.isBetterThan(best))) {
                best = site;
            }
        }
        return best;
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
