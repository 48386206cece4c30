package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import java.util.HashMap;
import java.util.Map;

/**
 * The places of one kind at one clamd, and who holds them. Not thread-safe: guarded by the lock
 * that all clamds and their places share.
 */
final class ClamdSite {
    private final ClamdHealth health;
    private final int total;
    private final int mostForOneGuest;
    private final Map<Object, Integer> heldByGuest = new HashMap<>();
    private int held;

    /**
     * @param total how many places there are, at least 1
     */
    ClamdSite(ClamdHealth health, int total) {
        if (total < 1) {
            throw new IllegalArgumentException("at least one place is needed, not " + total);
        }
        this.health = health;
        this.total = total;
        this.mostForOneGuest = Math.max(1, (int) (total * 3L / 4));
    }

    ClamdHealth health() {
        return health;
    }

    int total() {
        return total;
    }

    int held() {
        return held;
    }

    /** How many one guest may hold. */
    int mostForOneGuest() {
        return mostForOneGuest;
    }

    boolean hasPlace() {
        return held < total;
    }

    boolean hasPlaceFor(Object guest) {
        return hasPlace() && heldByGuest.getOrDefault(guest, 0) < mostForOneGuest;
    }

    void take(Object guest) {
        held++;
        heldByGuest.merge(guest, 1, Integer::sum);
    }

    void giveBack(Object guest) {
        held--;
        heldByGuest.computeIfPresent(guest, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Whether who comes is better off here. */
    boolean isBetterThan(ClamdSite other) {
        boolean trusted = health.isTrusted();
        if (trusted != other.health.isTrusted()) {
            return trusted;
        }
        boolean scansSoon = scansSoon();
        return scansSoon == other.scansSoon()
                ? (long) held * other.total < (long) other.held * total
                : scansSoon;
    }

    /** Whether a scan slot is free for who comes; slow uploads elsewhere tell nothing of it. */
    private boolean scansSoon() {
        ScanSlots scans = health.clamd().scans();
        return scans.held() + scans.waiting() < scans.total();
    }
}
