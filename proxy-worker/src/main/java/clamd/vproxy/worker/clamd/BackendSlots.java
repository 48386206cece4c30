package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;
import clamd.vproxy.worker.shares.Weight;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one kind for connections that are open at the clamds at once, shared by all
 * guests: upload permits, or request permits.
 *
 * <p>clamd stops accepting connections once MaxQueue of them have not finished their command or
 * stream ({@code clamd/server-th.c:acceptloop_th}), so their number is kept well below that at each
 * clamd. A released permit goes to the tenant that holds the fewest at all clamds together, within
 * that tenant to the guest that holds the fewest, and then to the request that has waited longest:
 * a guest with a hundred streams waiting delays another guest's single stream by at most one
 * permit.
 *
 * <p>A request waits for a permit at any clamd that is up, preferably at one with a free scan slot,
 * then at the one with the fewest permits taken, and among equals at the first in order. A clamd
 * that did not answer its last PING is chosen only if no other has a free permit; a clamd that is
 * down is never chosen. While no clamd is up, the kind of permit decides whether requests wait or
 * fail.
 *
 * <p>The holder decides how soon it releases its permit, and may upload as slowly as its timeouts
 * allow. So one tenant never holds all permits of a clamd: it holds at most three quarters, rounded
 * down, but at least one. Its further requests wait even while permits are free. A second tenant
 * finds a permit at once, unless there is only one; several tenants together may still hold all of
 * them.
 *
 * <p>Thread-safe: one lock, held for short computations only, guards all state.
 */
public final class BackendSlots {
    /** What a request does when every clamd is down. */
    enum Patience {
        /** The request waits for a clamd as it does for a permit. */
        WAITS_FOR_CLAMD,
        /** The request's wait ends without a permit. */
        NEEDS_CLAMD_NOW
    }

    /**
     * The longest time that a request that needs a clamd now waits for a check of those that are
     * down.
     */
    private static final Duration LOOK_LIMIT = Duration.ofSeconds(1);

    private final ReentrantLock lock;
    private final Patience patience;
    private final ClamdSites sites;
    private final LongSupplier nanoClock;

    @GuardedBy("lock")
    private final List<Waiter> waiters = new ArrayList<>();

    /** The permits held at all clamds together. */
    @GuardedBy("lock")
    private final ShareTree shares = new ShareTree();

    /**
     * @param lock the lock, which also guards the clamds' health
     * @param clamds in the order in which they are preferred when all else is equal
     * @param places how many permits there are at a clamd, at least 1
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
                new ClamdSites(
                        clamds.stream()
                                .map(health ->
                                        new ClamdSite(health, places.applyAsInt(health.clamd())))
                                .toList());
        this.nanoClock = nanoClock;
    }

    /** A permit at one clamd. Its holder releases it once, from any thread, by {@link #close}. */
    public final class Slot implements AutoCloseable {
        private final ClamdSite site;
        private final Owner owner;

        /**
         * The clamd's answer count at the grant; a higher count means a newer answer than this
         * permit.
         */
        private final long answersBefore;

        @GuardedBy("lock")
        private boolean open = true;

        private Slot(ClamdSite site, Owner owner) {
            this.site = site;
            this.owner = owner;
            this.answersBefore = site.health().answers();
        }

        /** Returns the clamd at which this permit is held. */
        public Clamd clamd() {
            return site.health().clamd();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (open) {
                    open = false;
                    giveBack(site, owner);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** A request for a permit that another thread may withdraw while its owner waits. */
    public final class Waiter {
        private final Owner owner;
        private final Weight weight;
        private final Condition changed = lock.newCondition();

        // all guarded by the slots' lock, which the annotation cannot name from here
        private final Map<ClamdSite, Long> refusedBy = new HashMap<>();
        private Optional<String> lastRefusal = Optional.empty();
        private Optional<String> noClamd = Optional.empty();
        private @Nullable Slot granted;
        private boolean withdrawn;
        private boolean late;

        private Waiter(Owner owner, Weight weight) {
            this.owner = owner;
            this.weight = weight;
        }

        /**
         * Waits for a permit until {@code deadlineNanos} on the injected clock. The owner may call
         * this again after {@link #notConnected}.
         *
         * @return the permit, or empty if the time is over, the request was withdrawn, or no clamd
         *     is up and this kind of permit does not wait for one
         */
        public Optional<Slot> await(long deadlineNanos) {
            return Optional.ofNullable(awaitGrant(this, deadlineNanos));
        }

        /**
         * Releases a permit at a clamd that refused or failed the connection. From now on this
         * request asks for a permit at another clamd, or at the same one once that has answered a
         * PING since, if there is time left.
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
         * Returns why no clamd was available when this request's wait ended without a permit, for
         * the log; empty if one was available. Owner only.
         */
        public Optional<String> noClamd() {
            return noClamd;
        }

        /**
         * Ends the wait without a permit. Any thread; has no effect once the permit was granted.
         */
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

        /** Whether sessions use the clamd and it has not refused this request. */
        private boolean mayUse(ClamdSite site) {
            Long answersBefore = refusedBy.get(site);
            return site.health().isUp()
                    && (answersBefore == null
                            || (!late && site.health().answers() != answersBefore));
        }
    }

    /**
     * Creates a request for a permit.
     *
     * @param owner the guest that needs the permit, and its tenant
     * @param weight its share in relation to others
     */
    public Waiter request(Owner owner, Weight weight) {
        return new Waiter(owner, weight);
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
                awaitLook(waiter, left);
                left = deadlineNanos - nanoClock.getAsLong();
                while (left > 0 && isWaiting(waiter)) {
                    waiter.changed.awaitNanos(left);
                    left = deadlineNanos - nanoClock.getAsLong();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            waiters.remove(waiter);
            waiter.noClamd =
                    sites.hasAny(waiter::mayUse)
                            ? Optional.empty()
                            : waiter.lastRefusal.or(() -> Optional.of(sites.whyDown()));
            return waiter.granted;
        } finally {
            lock.unlock();
        }
    }

    /** Requests a check of the clamds that are down, and waits for the outcome. */
    @GuardedBy("lock")
    private void awaitLook(Waiter waiter, long leftNanos) throws InterruptedException {
        if (sites.hasAny(waiter::mayUse)) {
            return;
        }
        Map<ClamdHealth, Long> looks = new HashMap<>();
        for (ClamdHealth health : sites.health()) {
            if (health.lookNow()) {
                looks.put(health, health.looks());
            }
        }
        long left = Math.min(leftNanos, LOOK_LIMIT.toNanos());
        while (left > 0
                && waiter.granted == null
                && !waiter.withdrawn
                && patience == Patience.NEEDS_CLAMD_NOW
                && looks.entrySet().stream()
                        .anyMatch(look -> look.getKey().looks() == look.getValue())) {
            left = waiter.changed.awaitNanos(left);
        }
    }

    @GuardedBy("lock")
    private boolean isWaiting(Waiter waiter) {
        return waiter.granted == null
                && !waiter.withdrawn
                && (patience == Patience.WAITS_FOR_CLAMD || sites.hasAny(waiter::mayUse));
    }

    /** Admits or refuses waiting requests after a clamd went down or answered. Lock held. */
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

    /** Returns how many permits are held now, at all clamds together. */
    public int held() {
        return heldByClamd().stream().mapToInt(Integer::intValue).sum();
    }

    /** Returns how many permits are held now at each clamd, in the clamds' order. */
    List<Integer> heldByClamd() {
        lock.lock();
        try {
            return sites.held();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests wait now, for a permit or for a clamd. */
    public int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many permits there are at all clamds together. */
    public int total() {
        return sites.total();
    }

    /** Returns how many permits one tenant may hold at all clamds together. */
    public int mostForOneTenant() {
        return sites.mostForOneTenant();
    }

    @GuardedBy("lock")
    private void giveBack(ClamdSite site, Owner owner) {
        site.giveBack(owner);
        shares.add(owner, -1);
        grantFreePlaces();
    }

    @GuardedBy("lock")
    private void grantFreePlaces() {
        while (!waiters.isEmpty() && sites.hasPlace()) {
            Waiter next = null;
            ClamdSite place = null;
            for (Waiter waiter : waiters) {
                if (next == null || isNextBefore(waiter, next)) {
                    ClamdSite found = sites.bestFor(waiter.owner, waiter::mayUse);
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
    private void grant(ClamdSite site, Waiter waiter) {
        waiters.remove(waiter);
        site.take(waiter.owner);
        shares.add(waiter.owner, 1);
        waiter.granted = new Slot(site, waiter.owner);
        waiter.changed.signal();
    }

    @GuardedBy("lock")
    private boolean isNextBefore(Waiter one, Waiter other) {
        return shares.compareNeed(one.owner, one.weight, other.owner, other.weight) < 0;
    }
}
