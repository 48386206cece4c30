package clamd.vproxy.worker.shares;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts how much of one resource each guest holds, and adds the amounts up for tenants and for the
 * host. Tenants are compared with tenants, and guests with the guests of their own tenant, so that
 * a tenant with thirty guests has one share.
 *
 * <p>Not thread-safe; its owner guards it.
 */
public final class ShareTree {
    private final Map<Object, Sum> tenants = new HashMap<>();
    private final Map<Owner, Sum> guests = new HashMap<>();
    private long held;

    /** A mutable sum, so that counting a buffer allocates no objects. */
    private static final class Sum {
        private long amount;
    }

    /**
     * Adds to the amount that a guest holds.
     *
     * @param amount the amount taken; negative for an amount released
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

    /** Returns the amount that all guests hold together. */
    public long held() {
        return held;
    }

    /** Returns the amount that this guest holds. */
    public long heldByGuest(Owner owner) {
        return of(guests.get(owner));
    }

    /** Returns the amount that all guests of this guest's tenant hold together. */
    public long heldByTenant(Owner owner) {
        return of(tenants.get(owner.tenant()));
    }

    /**
     * Compares the amounts that two guests would hold with one more each, in relation to their
     * weights. For guests of different tenants, compares the amounts and weights of the tenants
     * instead.
     *
     * @return negative if {@code one} is next, positive if {@code other} is next
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
     * Returns how much more {@code holder} holds than {@code newcomer}, regardless of weights. For
     * guests of different tenants, compares the amounts of the tenants instead.
     */
    public long lead(Owner holder, Owner newcomer) {
        return holder.tenant().equals(newcomer.tenant())
                ? heldByGuest(holder) - heldByGuest(newcomer)
                : heldByTenant(holder) - heldByTenant(newcomer);
    }

    /** Whether a guest may take more without its tenant holding more than {@code most}. */
    public boolean staysWithin(Owner owner, long more, long most) {
        return heldByTenant(owner) + more <= most;
    }

    /**
     * Whether a tenant that holds this much leaves enough free for others: a third of what it
     * holds. So a single tenant gets at most three quarters, and even several colluding tenants
     * leave a part free (the dynamic thresholds of Choudhury and Hahne, 1998).
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
     * Returns the most that one tenant may hold of {@code total}, so that a part is always free for
     * another tenant: three quarters, but at least one.
     */
    public static long mostForOneTenant(long total) {
        // divided first, because the total may be the largest long
        return Math.max(1, total / 4 * 3 + total % 4 * 3 / 4);
    }
}
