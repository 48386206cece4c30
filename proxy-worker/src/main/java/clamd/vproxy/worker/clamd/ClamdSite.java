package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;

/**
 * The permits of one kind at one clamd, and their holders. Not thread-safe: guarded by the lock
 * that all clamds and their permits share.
 */
final class ClamdSite {
    /**
     * The smallest number of permits of which a part is reserved for other tenants: with fewer, the
     * reserve would leave too many permits idle.
     */
    private static final int LEAST_SHARED = 16;

    private final ClamdHealth health;
    private final int total;
    private final ShareTree shares = new ShareTree();

    /**
     * @param total the number of permits, at least 1
     */
    ClamdSite(ClamdHealth health, int total) {
        if (total < 1) {
            throw new IllegalArgumentException("at least one permit is needed, not " + total);
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

    /** Returns the most permits that one tenant may hold. */
    int mostForOneTenant() {
        return (int) ShareTree.mostForOneTenant(total);
    }

    boolean hasPlace() {
        return held() < total;
    }

    /**
     * Whether this guest may take another permit. A tenant that holds none may take any free one.
     * Any other tenant may hold three quarters at most and, if there are {@link #LEAST_SHARED}
     * permits or more, must leave {@linkplain ShareTree#leavesEnough enough} to other tenants;
     * likewise, a guest that holds permits must leave enough to the other guests of its tenant.
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

    /** Whether another stream would get a scan slot at once, however many uploads are open. */
    private boolean scansSoon() {
        ScanSlots scans = health.clamd().scans();
        return scans.held() + scans.waiting() < scans.total();
    }
}
