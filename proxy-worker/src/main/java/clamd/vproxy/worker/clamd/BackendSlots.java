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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one kind for connections that are open at the clamds at once, shared by all
 * guests: upload permits, or request permits.
 *
 * <p>clamd accepts no connection any more once MaxQueue of them have not finished their command or
 * stream ({@code clamd/server-th.c:acceptloop_th}), so their number is kept well below, at each
 * clamd. A permit that is given back goes to the tenant that holds fewest of them at all clamds
 * together, within a tenant to the guest that does, then to the request that has waited longest: a
 * guest with a hundred streams waiting delays another's one stream by at most one permit.
 *
 * <p>A request waits for a permit at any clamd that is up, and gets one where a scan slot is free,
 * if there is such a clamd, and of those at that with the fewest of its permits taken, the first in
 * order among equals. A clamd whose last PING had no answer is only chosen where no other has a
 * permit, and one that is down never: while none is up, all requests wait, or none, by the kind of
 * permit.
 *
 * <p>How soon a permit is given back is up to its holder, which may upload as slowly as its
 * timeouts let it. So one tenant never holds all permits of a clamd: at most three quarters,
 * rounded down, though at least one, and its requests wait beyond that even while permits are free.
 * A second tenant finds a permit at once, unless there is only one; several tenants together may
 * still hold all of them.
 *
 * <p>Thread-safe, guarded by one lock that is held for short computations only.
 */
public final class BackendSlots {
    /** What a request does when every clamd is down. */
    enum Patience {
        /** It waits for one as it does for a permit. */
        WAITS_FOR_CLAMD,
        /** Its wait ends without a permit. */
        NEEDS_CLAMD_NOW
    }

    /** How long a request that needs a clamd now waits for a look at those that are down. */
    private static final Duration LOOK_LIMIT = Duration.ofSeconds(1);

    private final ReentrantLock lock;
    private final Patience patience;
    private final List<ClamdSite> sites;
    private final LongSupplier nanoClock;

    @GuardedBy("lock")
    private final List<Waiter> waiters = new ArrayList<>();

    /** What is held at all clamds together. */
    @GuardedBy("lock")
    private final ShareTree shares = new ShareTree();

    /**
     * @param lock guards the clamds' health, too
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
                clamds.stream()
                        .map(health -> new ClamdSite(health, places.applyAsInt(health.clamd())))
                        .toList();
        this.nanoClock = nanoClock;
    }

    /** A permit at one clamd, given back by {@link #close}, once, from any thread. */
    public final class Slot implements AutoCloseable {
        private final ClamdSite site;
        private final Owner owner;

        /** By this number an answer of clamd's is known that is newer than this permit. */
        private final long answersBefore;

        @GuardedBy("lock")
        private boolean open = true;

        private Slot(ClamdSite site, Owner owner) {
            this.site = site;
            this.owner = owner;
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
         * Waits for a permit until {@code deadlineNanos} on the injected clock. Again after {@link
         * #notConnected}.
         *
         * @return the permit, or nothing if the time is over, the request was withdrawn, or no
         *     clamd is up and this kind of permit does not wait for one
         */
        public Optional<Slot> await(long deadlineNanos) {
            return Optional.ofNullable(awaitGrant(this, deadlineNanos));
        }

        /**
         * Gives back a permit at a clamd that could not be connected to. From now on this request
         * is for a permit at another one, or at the same one once that has answered a PING since,
         * if there is time left.
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
         * Why there was no clamd for this request when its wait ended without a permit, for the
         * log; empty if there was one. Owner only.
         */
        public Optional<String> noClamd() {
            return noClamd;
        }

        /** Ends the waiting without a permit. Any thread; too late once the permit was granted. */
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
     * A request for a permit.
     *
     * @param owner the guest on whose behalf, and its tenant
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
                    hasClamd(waiter)
                            ? Optional.empty()
                            : waiter.lastRefusal.or(() -> Optional.of(whyDown()));
            return waiter.granted;
        } finally {
            lock.unlock();
        }
    }

    /** Has the clamds that are down asked whether they are back, and waits for the outcome. */
    @GuardedBy("lock")
    private void awaitLook(Waiter waiter, long leftNanos) throws InterruptedException {
        if (hasClamd(waiter)) {
            return;
        }
        Map<ClamdHealth, Long> looks = new HashMap<>();
        for (ClamdSite site : sites) {
            if (site.health().lookNow()) {
                looks.put(site.health(), site.health().looks());
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

    /** How many permits are held now, at all clamds together. */
    public int held() {
        return heldByClamd().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many permits are held now at each clamd, in their order. */
    List<Integer> heldByClamd() {
        lock.lock();
        try {
            return sites.stream().map(ClamdSite::held).toList();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests wait now, for a permit or for a clamd. */
    public int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many permits there are, at all clamds together. */
    public int total() {
        return sites.stream().mapToInt(ClamdSite::total).sum();
    }

    /** How many permits one tenant may hold, at all clamds together. */
    public int mostForOneTenant() {
        return sites.stream().mapToInt(ClamdSite::mostForOneTenant).sum();
    }

    @GuardedBy("lock")
    private void giveBack(ClamdSite site, Owner owner) {
        site.giveBack(owner);
        shares.add(owner, -1);
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
        site.take(waiter.owner);
        shares.add(waiter.owner, 1);
        waiter.granted = new Slot(site, waiter.owner);
        waiter.changed.signal();
    }

    /** The clamd at which this request may have a permit now, if there is one. */
    @GuardedBy("lock")
    private @Nullable ClamdSite bestFor(Waiter waiter) {
        ClamdSite best = null;
        for (ClamdSite site : sites) {
            if (site.hasPlaceFor(waiter.owner)
                    && waiter.mayUse(site)
                    && (best == null || site.isBetterThan(best))) {
                best = site;
            }
        }
        return best;
    }

    @GuardedBy("lock")
    private boolean isNextBefore(Waiter one, Waiter other) {
        return shares.compareNeed(one.owner, one.weight, other.owner, other.weight) < 0;
    }
}
