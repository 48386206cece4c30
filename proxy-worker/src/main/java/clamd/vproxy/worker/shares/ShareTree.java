package clamd.vproxy.worker.shares;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of one thing each guest holds, added up for its tenant and for the host. Tenants are
 * compared with tenants, and guests with the guests of their own tenant, so that a tenant with
 * thirty guests has one share.
 *
 * <p>Not thread-safe: guarded by the owner of the shares.
 */
public final class ShareTree {
    private final Map<Object, Sum> tenants = new HashMap<>();
    private final Map<Owner, Sum> guests = new HashMap<>();
    private long held;

    /** Mutable, so that counting a buffer makes no garbage. */
    private static final class Sum {
        private long amount;
    }

    /**
     * Counts more for a guest, or less.
     *
     * @param amount negative for what is given back
     */
    public void add(Owner owner, long amount) {
        held += amount;
        add(tenants, owner.tenant(), amount);
        add(guests, owner, amount);
    }

    private static <K> void add(Map<K, Sum> sums, K key, long amount) {
        Sum sum = sums.get(key);
        if (sum == null) {
            sum = new Sum();
            sums.put(key, sum);
        }
        sum.amount += amount;
        if (sum.amount == 0) {
            sums.remove(key);
        }
    }

    private static long of(@Nullable Sum sum) {
        return sum == null ? 0 : sum.amount;
    }

    /** How much all guests hold together. */
    public long held() {
        return held;
    }

    /** How much this guest holds. */
    public long heldByGuest(Owner owner) {
        return of(guests.get(owner));
    }

    /** How much all guests of this guest's tenant hold together. */
    public long heldByTenant(Owner owner) {
        return of(tenants.get(owner.tenant()));
    }

    /**
     * Compares what two guests would hold, each with one more and in relation to its weight: their
     * tenants' parts if they belong to two, else their own.
     *
     * @return negative if {@code one} is next, positive if {@code other} is
     */
    public int compareNeed(Owner one, Weight oneWeight, Owner other, Weight otherWeight) {
        boolean sameTenant = one.tenant().equals(other.tenant());
        long oneHeld = sameTenant ? heldByGuest(one) : heldByTenant(one);
        long otherHeld = sameTenant ? heldByGuest(other) : heldByTenant(other);
        long oneParts = sameTenant ? oneWeight.guest() : oneWeight.tenant();
        long otherParts = sameTenant ? otherWeight.guest() : otherWeight.tenant();
        return Long.compare((oneHeld + 1) * otherParts, (otherHeld + 1) * oneParts);
    }

    /**
     * By how much {@code holder} is ahead of {@code newcomer} where both count the same: by their
     * tenants' parts if they belong to two, else by their own.
     */
    public long lead(Owner holder, Owner newcomer) {
        return holder.tenant().equals(newcomer.tenant())
                ? heldByGuest(holder) - heldByGuest(newcomer)
                : heldByTenant(holder) - heldByTenant(newcomer);
    }

    /**
     * Whether a guest may hold more without it or its tenant holding more than {@code most}, which
     * leaves the rest to others.
     */
    public boolean staysWithin(Owner owner, long more, long most) {
        return heldByTenant(owner) + more <= most;
    }

    /**
     * Whether a tenant that holds so much leaves enough free for others: a third of what it holds.
     * So a tenant alone reaches three quarters, and several that work together leave something, too
     * (the dynamic thresholds of Choudhury and Hahne, 1998).
     */
    public static boolean leavesEnough(long holds, long free) {
        return Math.ceilDiv(holds, 3) <= free;
    }

    /**
     * Whether a guest that holds this much leaves {@linkplain #leavesEnough enough} to its tenant's
     * other guests. For a guest that is its own tenant this is always true.
     *
     * @param free how much the tenant may still take
     */
    public static boolean leavesEnoughToTenant(Owner owner, long holds, long free) {
        return owner.isItsOwnTenant() || leavesEnough(holds, free);
    }

    /**
     * The most that one tenant may hold of a number of places, so that another always finds one:
     * three quarters, at least one.
     */
    public static long mostForOneTenant(long total) {
        // divided first, for the total may be the largest number there is
        return Math.max(1, total / 4 * 3 + total % 4 * 3 / 4);
    }
}
