package clamd.vproxy.worker.spool;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds the bytes that all open uploads hold in clamd's temporary directory, where clamd keeps a
 * stream from its first chunk until it is scanned. The uploads of a guest share the bound of its
 * policy, those of a tenant the bound of the tenant's limits, and all uploads the bound of the
 * host. An upload without room pauses until others have ended.
 *
 * <p>The oldest upload of a guest always has room within the guest's bound, the oldest of a tenant
 * within the tenant's bound, and the oldest of all within the host's bound. To guarantee this, the
 * other uploads leave free as much as the largest upload may grow to. So one upload always
 * proceeds, and a bound that is no smaller than the largest stream is never exceeded. The other
 * uploads share the rest of the bound, which should therefore be several times the largest stream.
 *
 * <p>A guest decides how long it keeps its room. So no tenant may take all of the host's room apart
 * from the oldest upload's: each tenant leaves {@linkplain ShareTree#leavesEnough enough} for other
 * tenants, and each guest of a tenant leaves enough for the tenant's other guests.
 *
 * <p>Thread-safe, guarded by itself.
 */
public final class Spool {
    private final long hostBytes;
    private final LongSupplier nanoClock;

    @GuardedBy("this")
    private final Uploads all = new Uploads();

    @GuardedBy("this")
    private final Map<Owner, Uploads> guests = new HashMap<>();

    @GuardedBy("this")
    private final Map<Object, Uploads> tenants = new HashMap<>();

    @GuardedBy("this")
    private final ShareTree shares = new ShareTree();

    /**
     * Creates an empty spool.
     *
     * @param hostBytes the most bytes that all uploads may hold together, at least 1
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public Spool(long hostBytes, LongSupplier nanoClock) {
        this.hostBytes = hostBytes;
        this.nanoClock = nanoClock;
    }

    /** A group of uploads in the order in which they were opened, and the bytes that they hold. */
    private static final class Uploads {
        private final LinkedHashSet<Upload> open = new LinkedHashSet<>();
        private long bytes;

        /**
         * Whether {@code upload} may grow by {@code more} bytes if this group may hold {@code
         * bound}.
         */
        boolean haveRoom(Upload upload, long more, long bound) {
            Upload oldest = open.getFirst();
            return upload.equals(oldest) || bytes - oldest.bytes + more <= bound - largest();
        }

        /**
         * Returns the size to keep free, because any upload may become the oldest, which must have
         * room.
         */
        private long largest() {
            return open.stream().mapToLong(upload -> upload.largestBytes).max().orElse(0);
        }

        void close(Upload upload) {
            open.remove(upload);
            bytes -= upload.bytes;
        }
    }

    /** The room of one stream, from its upload permit to the end of its scan. */
    public final class Upload implements AutoCloseable {
        private final Owner owner;
        private final Bounds bounds;
        private final long largestBytes;

        // guarded by the spool, which the annotation cannot name from here
        private long bytes;
        private boolean withdrawn;

        private Upload(Owner owner, Bounds bounds, long largestBytes) {
            this.owner = owner;
            this.bounds = bounds;
            this.largestBytes = largestBytes;
        }

        /**
         * Takes room for bytes that are to be sent to clamd, without waiting.
         *
         * @return whether there was room
         */
        public boolean tryTake(long more) {
            synchronized (Spool.this) {
                return takeNow(this, more);
            }
        }

        /**
         * Takes room, and waits if there is none yet.
         *
         * @param deadlineNanos when to give up, on the injected clock
         * @return false if the deadline passed first, or the wait was withdrawn
         */
        public boolean take(long more, long deadlineNanos) {
            return awaitRoom(this, more, deadlineNanos);
        }

        /** Whether only the tenant's bound leaves no room for {@code more} bytes. */
        public boolean waitsForTenant(long more) {
            return isTenantFull(this, more);
        }

        /** Ends the current wait, and prevents further grants. Any thread. */
        public void withdraw() {
            withdrawWait(this);
        }

        /** Releases the room, once clamd no longer holds the stream. Idempotent. Any thread. */
        @Override
        public void close() {
            end(this);
        }
    }

    /**
     * The most bytes that the uploads of a tenant, and of one of its guests, may hold together.
     * Immutable.
     */
    public record Bounds(long tenant, long guest) {
        /** Returns the bounds of a guest whose tenant has no limit. */
        public static Bounds ofGuest(long bytes) {
            return new Bounds(Long.MAX_VALUE, bytes);
        }
    }

    /**
     * Opens an upload for a stream of which clamd holds nothing yet.
     *
     * @param owner the guest that sends the stream, and its tenant
     * @param largestBytes the most bytes that this upload can hold
     */
    public synchronized Upload open(Owner owner, Bounds bounds, long largestBytes) {
        Upload upload = new Upload(owner, bounds, largestBytes);
        tenants.computeIfAbsent(owner.tenant(), _ -> new Uploads()).open.add(upload);
        guests.computeIfAbsent(owner, _ -> new Uploads()).open.add(upload);
        all.open.add(upload);
        return upload;
    }

    @GuardedBy("this")
    private boolean takeNow(Upload upload, long more) {
        if (upload.withdrawn || !hasRoom(upload, more)) {
            return false;
        }
        upload.bytes += more;
        uploadsOf(upload).bytes += more;
        tenantsOf(upload).bytes += more;
        all.bytes += more;
        shares.add(upload.owner, more);
        return true;
    }

    @GuardedBy("this")
    private boolean hasRoom(Upload upload, long more) {
        Uploads own = uploadsOf(upload);
        boolean first = upload.equals(all.open.getFirst());
        return more == 0
                || (own.haveRoom(upload, more, upload.bounds.guest())
                        && tenantsOf(upload).haveRoom(upload, more, upload.bounds.tenant())
                        && all.haveRoom(upload, more, hostBytes)
                        && (first || leavesRoomToOthers(upload, more)));
    }

    @GuardedBy("this")
    private boolean leavesRoomToOthers(Upload upload, long more) {
        Upload oldest = all.open.getFirst();
        long besideOldest = hostBytes - all.largest();
        long free = besideOldest - (all.bytes - oldest.bytes) - more;
        boolean ofThisTenant = oldest.owner.tenant().equals(upload.owner.tenant());
        long held = shares.heldByTenant(upload.owner) - (ofThisTenant ? oldest.bytes : 0);
        long heldByGuest =
                shares.heldByGuest(upload.owner)
                        - (oldest.owner.equals(upload.owner) ? oldest.bytes : 0);
        return ShareTree.leavesEnough(held + more, free)
                && ShareTree.leavesEnoughToTenant(
                        upload.owner,
                        heldByGuest + more,
                        ShareTree.mostForOneTenant(besideOldest) - held - more);
    }

    private synchronized boolean awaitRoom(Upload upload, long more, long deadlineNanos) {
        try {
            long left = deadlineNanos - nanoClock.getAsLong();
            boolean taken = takeNow(upload, more);
            while (!taken && !upload.withdrawn && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadlineNanos - nanoClock.getAsLong();
                taken = takeNow(upload, more);
            }
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("nobody interrupts a session's thread", e);
        }
    }

    private synchronized void withdrawWait(Upload upload) {
        upload.withdrawn = true;
        notifyAll();
    }

    private synchronized void end(Upload upload) {
        if (!all.open.contains(upload)) {
            return;
        }
        Uploads own = uploadsOf(upload);
        Uploads ofTenant = tenantsOf(upload);
        all.close(upload);
        own.close(upload);
        ofTenant.close(upload);
        shares.add(upload.owner, -upload.bytes);
        if (own.open.isEmpty()) {
            guests.remove(upload.owner);
        }
        if (ofTenant.open.isEmpty()) {
            tenants.remove(upload.owner.tenant());
        }
        notifyAll();
    }

    @GuardedBy("this")
    private Uploads uploadsOf(Upload upload) {
        Uploads own = guests.get(upload.owner);
        if (own == null || !own.open.contains(upload)) {
            throw new IllegalStateException("the upload is closed");
        }
        return own;
    }

    @GuardedBy("this")
    private Uploads tenantsOf(Upload upload) {
        return Objects.requireNonNull(tenants.get(upload.owner.tenant()));
    }

    private synchronized boolean isTenantFull(Upload upload, long more) {
        return all.open.contains(upload)
                && uploadsOf(upload).haveRoom(upload, more, upload.bounds.guest())
                && !tenantsOf(upload).haveRoom(upload, more, upload.bounds.tenant());
    }

    /** Returns the number of bytes that all open uploads hold at present. */
    public synchronized long heldBytes() {
        return all.bytes;
    }

    /** Returns the number of bytes that the open uploads of one guest hold at present. */
    public synchronized long heldBytes(Owner owner) {
        return shares.heldByGuest(owner);
    }
}
