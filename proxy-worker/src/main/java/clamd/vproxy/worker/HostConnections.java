package clamd.vproxy.worker;

import static java.util.Objects.requireNonNull;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the connections that all guests hold together, without letting one guest lock out another.
 * When the host's limit is reached, a guest whose tenant holds fewer connections than another
 * tenant may still connect. Its connection then displaces one of the other tenant's connections
 * that is waiting or has no request at clamd. Guests of the same tenant are compared by their own
 * numbers of connections.
 *
 * <p>A displaced connection stops counting once its successor is accepted; otherwise a guest that
 * keeps connecting would displace one connection after the other. To bound displaced connections,
 * too, at most a tenth of the limit may be closing at once; beyond that, each tenant may displace
 * one connection at a time, so that tenants that displace each other do not keep newcomers out.
 *
 * <p>Thread-safe, guarded by itself. Callers may hold a worker's lock; no other lock is taken under
 * this one.
 */
public final class HostConnections {
    private static final int LEAVING_DIVISOR = 10;

    private final int limit;
    private final AtomicLong sessionNumbers = new AtomicLong();

    @GuardedBy("this")
    private final ShareTree shares = new ShareTree();

    @GuardedBy("this")
    private final Map<Owner, SequencedSet<Lease>> leases = new LinkedHashMap<>();

    /** Displaced connections that have not closed yet, by the guests that displaced them. */
    @GuardedBy("this")
    private final ShareTree leaving = new ShareTree();

    /**
     * The stages of a connection, in order: a connection in an earlier stage is displaced first.
     */
    private enum Stage {
        WAITING,
        IDLE,
        WORKING,
        GIVES_WAY,
        CLOSED
    }

    /**
     * @param limit the most connections that all guests may hold together, at least 1
     */
    public HostConnections(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the host must hold a connection, not " + limit);
        }
        this.limit = limit;
    }

    /** A connection that counts for the host's limit until it is closed. Thread-safe. */
    final class Lease implements AutoCloseable {
        private final Owner owner;
        private final Runnable giveWay;
        private final @Nullable Lease displaced;

        // guarded by the host's lock, which the annotation cannot name from here
        private Stage stage = Stage.WAITING;
        private @Nullable Owner displacedBy;

        private Lease(Owner owner, Runnable giveWay, @Nullable Lease displaced) {
            this.owner = owner;
            this.giveWay = giveWay;
            this.displaced = displaced;
        }

        /**
         * Ends the connection that this one displaces, if there is one. The caller must hold no
         * lock.
         */
        void tellDisplaced() {
            if (displaced != null) {
                displaced.giveWay.run();
            }
        }

        /** Records that the connection is in service, but has sent no request to clamd yet. */
        void serve() {
            reach(this, Stage.IDLE);
        }

        /**
         * Records that the connection is about to send a request to clamd, and can no longer be
         * displaced.
         *
         * @return false if it is already displaced
         */
        boolean keep() {
            return reach(this, Stage.WORKING) == Stage.WORKING;
        }

        /**
         * Records that the connection's request was answered, so the connection can be displaced
         * again.
         */
        void rest() {
            relax(this);
        }

        /** Stops counting the connection. Idempotent. */
        @Override
        public void close() {
            end(this);
        }
    }

    /** Returns the next session number, which is unique within the process. */
    public long nextSessionNumber() {
        return sessionNumbers.incrementAndGet();
    }

    /** Returns the number of connections held, without those that are being refused. */
    public synchronized int held() {
        return (int) (shares.held() + leaving.held());
    }

    /**
     * Counts one more connection of a guest.
     *
     * @param giveWay ends the connection if it is displaced; called without any lock
     * @return the lease, on which the caller must call {@link Lease#tellDisplaced} once it holds no
     *     lock; null if the limit is reached and no connection can be displaced
     */
    synchronized @Nullable Lease tryTake(Owner owner, Runnable giveWay) {
        Lease displaced = null;
        if (shares.held() >= limit) {
            displaced = displace(owner);
            if (displaced == null) {
                return null;
            }
        }
        Lease lease = new Lease(owner, giveWay, displaced);
        leases.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(lease);
        shares.add(owner, 1);
        return lease;
    }

    @GuardedBy("this")
    private @Nullable Lease displace(Owner newcomer) {
        if (leaving.held() >= Math.max(1, limit / LEAVING_DIVISOR)
                && leaving.heldByTenant(newcomer) > 0) {
            return null;
        }
        Lease displaced = null;
        for (Map.Entry<Owner, SequencedSet<Lease>> each : leases.entrySet()) {
            Lease lease =
                    shares.lead(each.getKey(), newcomer) > 1
                            ? firstToGiveWay(each.getValue())
                            : null;
            if (lease != null && (displaced == null || holdsMore(lease.owner, displaced.owner))) {
                displaced = lease;
            }
        }
        if (displaced != null) {
            forget(displaced);
            displaced.stage = Stage.GIVES_WAY;
            displaced.displacedBy = newcomer;
            leaving.add(newcomer, 1);
        }
        return displaced;
    }

    @GuardedBy("this")
    private boolean holdsMore(Owner one, Owner other) {
        int tenants = Long.compare(shares.heldByTenant(one), shares.heldByTenant(other));
        return tenants > 0 || (tenants == 0 && shares.heldByGuest(one) > shares.heldByGuest(other));
    }

    /**
     * Returns the connection that has waited least, otherwise the oldest one without a request at
     * clamd.
     */
    private static @Nullable Lease firstToGiveWay(SequencedSet<Lease> all) {
        return all.reversed().stream()
                .filter(lease -> lease.stage == Stage.WAITING)
                .findFirst()
                .or(() -> all.stream().filter(lease -> lease.stage == Stage.IDLE).findFirst())
                .orElse(null);
    }

    private synchronized void relax(Lease lease) {
        if (lease.stage == Stage.WORKING) {
            lease.stage = Stage.IDLE;
        }
    }

    /** Moves a connection to a later stage, never to an earlier one. */
    private synchronized Stage reach(Lease lease, Stage next) {
        if (lease.stage.compareTo(next) < 0) {
            lease.stage = next;
        }
        return lease.stage;
    }

    private synchronized void end(Lease lease) {
        switch (lease.stage) {
            case WAITING, IDLE, WORKING -> forget(lease);
            case GIVES_WAY -> leaving.add(requireNonNull(lease.displacedBy), -1);
            case CLOSED -> {}
        }
        lease.stage = Stage.CLOSED;
    }

    @GuardedBy("this")
    private void forget(Lease lease) {
        shares.add(lease.owner, -1);
        leases.computeIfPresent(
                lease.owner,
                (_, all) -> {
                    all.remove(lease);
                    return all.isEmpty() ? null : all;
                });
    }
}
