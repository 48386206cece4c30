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
 * Decides which queued stream gets a free scan slot. The queue applies start-time fair queueing to
 * tenants, and within a tenant to its guests, by scan seconds divided by weight.
 *
 * <p>Each tenant and each guest has an account with a virtual time; among accounts with queued
 * streams, the one with the smallest virtual time is next. At first, a scan is charged the time
 * estimated from the stream's bytes. A scan that takes longer is charged further while it runs, and
 * at its end the charge is corrected to the actual time. When an account begins to wait, its
 * virtual time is raised to the smallest one among the waiting accounts (without their advance
 * charges), so it earns no credit while it is idle. Its debt beyond {@link #DEBT_SECONDS} of all
 * slots is waived. So a guest with a hundred streams delays a single stream of another guest by no
 * more than the running scans.
 *
 * <p>Long scans cannot take all slots: with {@link #LEAST_SHARED_SLOTS} slots or more, a tenant
 * that already holds a slot gets another only while {@linkplain ShareTree#leavesEnough enough}
 * slots are free for others, and never the last one. A tenant that holds no slot gets a free slot
 * in any case. If none is free, the queue lends it one of clamd's additional slots, so even several
 * colluding tenants leave a slot for a newcomer.
 *
 * <p>Large streams, of more than {@link #SMALL_STREAM_BYTES}, never take the last slot. If there is
 * only one slot, small streams may overtake the large stream that is next, for {@link
 * #HEAD_START_SECONDS} of scan time of all guests together. Within one guest, a large stream is
 * next after eight small streams in a row.
 *
 * <p>The queue is pure computation: each call passes the time, in nanoseconds that are compared by
 * their difference only. Not thread-safe; {@link ScanSlots} is.
 */
public final class ScanQueue {
    /** The length in bytes of the longest stream that counts as small. */
    public static final long SMALL_STREAM_BYTES = 1L << 20;

    /** The largest debt of an account that begins to wait, in seconds of every slot. */
    static final double DEBT_SECONDS = 30;

    /**
     * How long small streams of all guests may overtake a large stream, if there is only one slot.
     */
    static final double HEAD_START_SECONDS = 1;

    /**
     * The least charge for a scan, so that every account's turn comes however short the scans are.
     */
    static final double LEAST_SECONDS = 0.001;

    /**
     * The least number of slots to share; with fewer, a tenant could not use most slots and still
     * leave one free.
     */
    static final int LEAST_SHARED_SLOTS = 4;

    /** The most tenants that can collude and still leave a slot for another tenant. */
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

    /**
     * How long small streams that overtook a large stream were scanned since the last large
     * stream's turn.
     */
    private double passedSeconds;

    /** The virtual time of the most recently granted tenant at its grant. */
    private double lastVirtualSeconds;

    /**
     * @param slots how many scans may run at once, at least 1
     */
    public ScanQueue(int slots) {
        this(slots, 0);
    }

    /**
     * @param slots how many scans may run at once, at least 1
     * @param lendable how many additional scans may run for tenants that hold no slot; used only
     *     with {@link #LEAST_SHARED_SLOTS} slots or more
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
     * @param owner the guest that sent the stream, and its tenant
     * @param weight the weights of the guest and of the tenant
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

    /** Returns the charge that an account gets back if all its scans end now. */
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
     * Grants a free slot to the next stream.
     *
     * @return the stream; empty if no slot is free for any queued stream
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

    /**
     * Whether the guest may take one more slot: always if its tenant holds none, otherwise only
     * while it leaves enough for such tenants.
     */
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

    /** Charges for scans that last longer than estimated. */
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
     * Removes a stream, whether it is queued or being scanned, and releases its slot. Idempotent.
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

    /** Drops the idle accounts that have no more debt than a new account. */
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

    /** Returns the number of slots in use. */
    public int scanning() {
        return scanning.size();
    }

    /** Returns the number of queued streams. */
    public int waiting() {
        return waiting;
    }

    /** Returns the number of slots, without additional ones. */
    public int slots() {
        return slots;
    }

    /** Returns the number of guests with an account; for tests. */
    int accounts() {
        return tenants.values().stream().mapToInt(tenant -> tenant.guests.size()).sum();
    }
}
