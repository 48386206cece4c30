package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.ShareTree;
import clamd.vproxy.worker.shares.Weight;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which waiting stream gets a free scan slot: start-time fair queueing over the tenants,
 * and within a tenant over its guests, by scan seconds divided by weight.
 *
 * <p>Each tenant and each guest has a virtual time, and of those that wait the one with the least
 * is next. A turn costs what the stream's bytes let expect; while the scan lasts longer, the
 * account goes on paying, and at its end it is corrected to the time that the scan really took. An
 * account that begins to wait is lifted to the least of those that wait already (without what they
 * paid in advance), so it has no credit from the time when it asked for nothing; and it is let off
 * what it owes beyond {@link #DEBT_SECONDS} of all slots. So a guest with a hundred streams delays
 * another's single one by no more than the scans that run.
 *
 * <p>Long scans do not take all slots: with {@link #LEAST_SHARED_SLOTS} or more a tenant that scans
 * already gets one more only while {@linkplain ShareTree#leavesEnough enough} are free for others,
 * and never the last one. A tenant that holds none gets a free slot in any case. If none is free,
 * it is lent one of those that clamd has besides, so several tenants that work together leave one
 * to a newcomer.
 *
 * <p>Streams of up to {@link #SMALL_STREAM_BYTES} have a lane: large ones never take the last slot.
 * Where there is one slot only, small streams may go ahead of the large one whose turn it is, for
 * {@link #HEAD_START_SECONDS} of scan time of all guests together. Within one guest, after eight
 * small streams in a row a large one goes.
 *
 * <p>Pure computation: time comes in with each call, in nanoseconds that are compared by their
 * difference only. Not thread-safe; {@link ScanSlots} is.
 */
public final class ScanQueue {
    /** The longest stream that counts as small. */
    public static final long SMALL_STREAM_BYTES = 1L << 20;

    /** The most that a guest owes when it begins to wait: this long of every slot. */
    static final double DEBT_SECONDS = 30;

    /** How long small streams of all guests overtake a large one where all share one slot. */
    static final double HEAD_START_SECONDS = 1;

    /** A scan costs at least this, so that everybody's turn comes however short the scans are. */
    static final double LEAST_SECONDS = 0.001;

    /** With fewer slots no tenant could be held below all of them and still use most. */
    static final int LEAST_SHARED_SLOTS = 4;

    /** The most tenants that can collude and still leave a slot to another one. */
    static final int KEPT_FOR_TENANTS = 3;

    private static final double NANOS = 1e9;

    private final int slots;
    private final int lendable;
    private final ScanRate rate = new ScanRate();
    private final Map<Object, TenantAccount> tenants = new LinkedHashMap<>();
    private final Set<ScanTicket> scanning = new LinkedHashSet<>();
    private int waiting;
    private int largeScanning;
    private long turns;

    /** How long small streams were scanned since the turn of a waiting large one. */
    private double passedSeconds;

    /** The virtual time of the tenant whose turn came last, when it came. */
    private double lastVirtualSeconds;

    /**
     * @param slots how many scans may run at once, at least 1
     */
    public ScanQueue(int slots) {
        this(slots, 0);
    }

    /**
     * @param slots how many scans may run at once, at least 1
     * @param lendable how many more may run of tenants that had none, from {@link
     *     #LEAST_SHARED_SLOTS} slots on
     */
    public ScanQueue(int slots, int lendable) {
        if (slots < 1) {
            throw new IllegalArgumentException("at least one scan slot is needed, not " + slots);
        }
        this.slots = slots;
        this.lendable = slots < LEAST_SHARED_SLOTS ? 0 : lendable;
    }

    /**
     * Puts a stream into the queue.
     *
     * @param owner the guest whose stream it is, and its tenant
     * @param weight its share in relation to others
     * @param bytes the stream's length
     */
    public ScanTicket join(Owner owner, Weight weight, long bytes, long nowNanos) {
        payFor(nowNanos);
        TenantAccount tenant = tenants.computeIfAbsent(owner.tenant(), _ -> new TenantAccount());
        GuestAccount account = tenant.of(owner);
        if (tenant.waiting == 0) {
            lift(tenant, tenants.values(), lastVirtualSeconds, weight.tenant(), nowNanos);
        }
        if (account.waiting == 0) {
            lift(
                    account,
                    tenant.guests.values(),
                    tenant.lastGuestSeconds,
                    weight.guest(),
                    nowNanos);
        }
        ScanTicket ticket = new ScanTicket(account, weight, bytes, bytes <= SMALL_STREAM_BYTES);
        account.add(ticket);
        waiting++;
        return ticket;
    }

    /** Bounds the credit and the debt of an account that begins to wait. */
    private void lift(
            Account account,
            Collection<? extends Account> all,
            double lastSeconds,
            int weight,
            long nowNanos) {
        double least =
                all.stream()
                        .filter(other -> other.waiting > 0)
                        .mapToDouble(other -> other.virtualSeconds - unearned(other, nowNanos))
                        .min()
                        .orElse(lastSeconds);
        double most = least + DEBT_SECONDS * slots / weight;
        account.virtualSeconds = Math.clamp(account.virtualSeconds, least, most);
    }

    /** How much an account gets back if all its scans end now. */
    private double unearned(Account account, long nowNanos) {
        double seconds = 0;
        for (ScanTicket ticket : scanning) {
            if (ticket.account == account || ticket.account.tenant == account) {
                double elapsed = secondsSince(ticket.grantedNanos, nowNanos);
                int weight =
                        ticket.account == account ? ticket.weight.guest() : ticket.weight.tenant();
                seconds += (ticket.chargedSeconds - elapsed) / weight;
            }
        }
        return seconds;
    }

    /**
     * Gives a free slot to the stream whose turn it is.
     *
     * @return that stream; empty if no slot is free for any that waits
     */
    public Optional<ScanTicket> grantNext(long nowNanos) {
        if (scanning.size() >= slots + lendable || waiting == 0) {
            return Optional.empty();
        }
        payFor(nowNanos);
        ScanTicket next = next();
        if (next == null) {
            return Optional.empty();
        }
        GuestAccount account = next.account;
        TenantAccount tenant = account.tenant;
        account.take(next);
        lastVirtualSeconds = tenant.virtualSeconds;
        tenant.lastGuestSeconds = account.virtualSeconds;
        for (Account each : List.of(tenant, account)) {
            each.scanning++;
            each.lastTurn = turns;
        }
        turns++;
        next.state = ScanTicket.State.SCANNING;
        next.grantedNanos = nowNanos;
        next.chargedSeconds = rate.guess(next.bytes);
        next.charge(next.chargedSeconds);
        if (!next.small) {
            passedSeconds = 0;
        }
        waiting--;
        scanning.add(next);
        largeScanning += next.small ? 0 : 1;
        return Optional.of(next);
    }

    private @Nullable ScanTicket next() {
        ScanTicket next = null;
        ScanTicket nextSmall = null;
        for (TenantAccount tenant : tenants.values()) {
            for (GuestAccount account : tenant.guests.values()) {
                if (account.waiting > 0 && mayTakeOneMore(account)) {
                    int room = account.scanning == 0 ? slots + lendable : slots;
                    boolean largeMayGo = slots == 1 || largeScanning < room - 1;
                    next = earlier(next, account.next(largeMayGo));
                    nextSmall = earlier(nextSmall, account.nextSmall());
                }
            }
        }
        if (next == null || next.small || nextSmall == null || slots > 1) {
            return next;
        }
        boolean smallGoesFirst = passedSeconds < HEAD_START_SECONDS;
        nextSmall.passes = smallGoesFirst;
        return smallGoesFirst ? nextSmall : next;
    }

    /** A tenant that holds no slot may always; the others leave room for such a tenant. */
    private boolean mayTakeOneMore(GuestAccount guest) {
        TenantAccount tenant = guest.tenant;
        if (slots < LEAST_SHARED_SLOTS || tenant.scanning == 0) {
            return true;
        }
        if (guest.scanning == 0 && slots + lendable - scanning.size() > KEPT_FOR_TENANTS) {
            return true;
        }
        return leavesOneMore(tenant.scanning, slots - scanning.size())
                && (guest.scanning == 0
                        || guest.owner.isItsOwnTenant()
                        || leavesOneMore(
                                guest.scanning,
                                ShareTree.mostForOneTenant(slots) - tenant.scanning));
    }

    private static boolean leavesOneMore(int holds, long free) {
        return free > 1 && ShareTree.leavesEnough(holds + 1L, free);
    }

    private static @Nullable ScanTicket earlier(
            @Nullable ScanTicket one, @Nullable ScanTicket other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.account.isBefore(one.account) ? other : one;
    }

    /** Charges for scans that last longer than they were expected to. */
    private void payFor(long nowNanos) {
        for (ScanTicket ticket : scanning) {
            double elapsed = secondsSince(ticket.grantedNanos, nowNanos);
            if (elapsed > ticket.chargedSeconds) {
                ticket.charge(elapsed - ticket.chargedSeconds);
                ticket.chargedSeconds = elapsed;
            }
        }
    }

    /**
     * Takes a stream out, whether it waits or is scanned, and gives its slot back. Harmless when
     * repeated.
     */
    public void end(ScanTicket ticket, long nowNanos) {
        GuestAccount account = ticket.account;
        switch (ticket.state) {
            case WAITING -> {
                account.remove(ticket);
                waiting--;
            }
            case SCANNING -> {
                scanning.remove(ticket);
                account.scanning--;
                account.tenant.scanning--;
                largeScanning -= ticket.small ? 0 : 1;
                double took = Math.max(secondsSince(ticket.grantedNanos, nowNanos), LEAST_SECONDS);
                ticket.charge(took - ticket.chargedSeconds);
                passedSeconds += ticket.passes ? took : 0;
                rate.learn(ticket.bytes, took);
            }
            case ENDED -> {}
        }
        ticket.state = ScanTicket.State.ENDED;
        forgetIdle();
    }

    private static double secondsSince(long thenNanos, long nowNanos) {
        return (nowNanos - thenNanos) / NANOS;
    }

    /** Drops the accounts that are worth no more than a new one. */
    private void forgetIdle() {
        if (waiting + scanning.size() == 0) {
            tenants.clear();
            lastVirtualSeconds = 0;
            return;
        }
        for (TenantAccount tenant : tenants.values()) {
            tenant.forgetIdle();
        }
        tenants.values()
                .removeIf(tenant -> tenant.isIdle() && tenant.virtualSeconds <= lastVirtualSeconds);
    }

    /** How many slots are taken. */
    public int scanning() {
        return scanning.size();
    }

    /** How many streams wait. */
    public int waiting() {
        return waiting;
    }

    /** How many slots there are. */
    public int slots() {
        return slots;
    }

    /** How many guests are remembered; for tests of what is forgotten. */
    int accounts() {
        return tenants.values().stream().mapToInt(tenant -> tenant.guests.size()).sum();
    }
}
