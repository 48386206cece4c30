package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;

/**
 * The permits of one kind at one clamd, and their holders. Not thread-safe: guarded by the lock
 * that all clamds and their permits share.
 */
final class ClamdSite {
    /** With fewer, what several tenants would have to leave is too large a part to be idle. */
    private static final int LEAST_SHARED = 16;

    private final ClamdHealth health;
    private final int total;
    private final ShareTree shares = new ShareTree();

    /**
     * @param total how many permits there are, at least 1
     */
    ClamdSite(ClamdHealth health, int total) {
        if (total < 1) {
            throw new IllegalArgumentException("at least one place is needed, not " + total);
        }
        this.health = health;
        this.total = total;
    }

    ClamdHealth health() {
        return health;
    }

    int total() {
        return total;
    }

    int held() {
        return (int) shares.held();
    }

    /** How many one tenant may hold. */
    int mostForOneTenant() {
        return (int) ShareTree.mostForOneTenant(total);
    }

    boolean hasPlace() {
        return held() < total;
    }

    /**
     * Whether this guest may have one more. A tenant that holds none may have any that is free. The
     * others keep to three quarters, and where there are {@link #LEAST_SHARED} or more they leave
     * {@linkplain ShareTree#leavesEnough enough} to others; so does a guest that holds some to its
     * tenant's other guests.
     */
    boolean hasPlaceFor(Owner owner) {
        int most = mostForOneTenant();
        return hasPlace()
                && (shares.heldByTenant(owner) == 0
                        || (shares.staysWithin(owner, 1, most)
                                && (total < LEAST_SHARED || leavesEnough(owner, most))));
    }

    private boolean leavesEnough(Owner owner, int most) {
        return ShareTree.leavesEnough(shares.heldByTenant(owner) + 1, total - held() - 1L)
                && (shares.heldByGuest(owner) == 0
                        || ShareTree.leavesEnoughToTenant(
                                owner,
                                shares.heldByGuest(owner) + 1,
                                most - shares.heldByTenant(owner) - 1));
    }

    void take(Owner owner) {
        shares.add(owner, 1);
    }

    void giveBack(Owner owner) {
        shares.add(owner, -1);
    }

    /** Whether to prefer this clamd. */
    boolean isBetterThan(ClamdSite other) {
        boolean trusted = health.isTrusted();
        if (trusted != other.health.isTrusted()) {
            return trusted;
        }
        boolean scansSoon = scansSoon();
        return scansSoon == other.scansSoon()
                ? (long) held() * other.total < (long) other.held() * total
                : scansSoon;
    }

    /** Whether a further stream finds a scan slot; slow uploads elsewhere say nothing about it. */
    private boolean scansSoon() {
        ScanSlots scans = health.clamd().scans();
        return scans.held() + scans.waiting() < scans.total();
    }
}
