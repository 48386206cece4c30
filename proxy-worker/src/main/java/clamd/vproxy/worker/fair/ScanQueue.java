package clamd.vproxy.worker.fair;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which waiting stream gets a free scan slot: start-time fair queueing over the guests, by
 * scan seconds divided by weight.
 *
 * <p>Each guest has a virtual time, and the guest with the least of those that wait is next. A turn
 * costs what the stream's bytes let expect; while the scan lasts longer, the guest goes on paying,
 * and at its end the account is corrected to the time it really took. A guest that begins to wait
 * is lifted to the least of those that wait already (without what they paid in advance), so it has
 * no credit from the time when it asked for nothing; and it is let off what it owes beyond {@link
 * #DEBT_SECONDS} of all slots. So a guest with a hundred streams delays another's single one by no
 * more than the scans that run.
 *
 * <p>Streams of up to {@link #SMALL_STREAM_BYTES} have a lane: large ones never take the last slot.
 * Where there is one slot only, small streams may be ahead of large ones, but by {@link
 * #HEAD_START_SECONDS} of virtual time at most. Within one guest, after eight small streams in a
 * row a large one goes.
 *
 * <p>Pure computation: time comes in with each call, in nanoseconds that are compared by their
 * difference only. Not thread-safe; {@link ScanSlots} is.
 */
public final class ScanQueue {
    /** The longest stream that counts as small. */
    public static final long SMALL_STREAM_BYTES = 1L << 20;

    /** The most that a guest owes when it begins to wait: this long of every slot. */
    static final double DEBT_SECONDS = 30;

    /** How far small streams may be ahead of large ones where all share one slot. */
    static final double HEAD_START_SECONDS = 1;

    /** A scan costs at least this, so that everybody's turn comes however short the scans are. */
    static final double LEAST_SECONDS = 0.001;

    private static final double NANOS = 1e9;

    private final int slots;
    private final ScanRate rate = new ScanRate();
    private final Map<Object, GuestAccount> accounts = new LinkedHashMap<>();
    private final Set<ScanTicket> scanning = new LinkedHashSet<>();
    private int waiting;
    private int largeScanning;
    private long turns;

    /** The virtual time of the guest whose turn came last, when it came. */
    private double lastVirtualSeconds;

    /**
     * @param slots how many scans may run at once, at least 1
     */
    public ScanQueue(int slots) {
        if (slots < 1) {
            throw new IllegalArgumentException("at least one scan slot is needed, not " + slots);
        }
        this.slots = slots;
    }

    /**
     * Puts a stream into the queue.
     *
     * @param guest whose stream it is, told from others by {@code equals}
     * @param weight the guest's share in relation to others, at least 1
     * @param bytes the stream's length
     */
    public ScanTicket join(Object guest, int weight, long bytes, long nowNanos) {
        if (weight < 1) {
            throw new IllegalArgumentException(
                    "a guest's weight must be at least 1, not " + weight);
        }
        payFor(nowNanos);
        GuestAccount account = accounts.computeIfAbsent(guest, GuestAccount::new);
        if (account.waiting() == 0) {
            double least = leastWaiting(nowNanos).orElse(lastVirtualSeconds);
            double most = least + DEBT_SECONDS * slots / weight;
            account.virtualSeconds = Math.clamp(account.virtualSeconds, least, most);
        }
        ScanTicket ticket = new ScanTicket(account, weight, bytes, bytes <= SMALL_STREAM_BYTES);
        account.add(ticket);
        waiting++;
        return ticket;
    }

    private OptionalDouble leastWaiting(long nowNanos) {
        return accounts.values().stream()
                .filter(account -> account.waiting() > 0)
                .mapToDouble(account -> account.virtualSeconds - unearned(account, nowNanos))
                .min();
    }

    /** What the guest gets back if all its scans end now; it may be served before that again. */
    private double unearned(GuestAccount account, long nowNanos) {
        double seconds = 0;
        for (ScanTicket ticket : scanning) {
            if (ticket.account == account) {
                double elapsed = secondsSince(ticket.grantedNanos, nowNanos);
                seconds += (ticket.chargedSeconds - elapsed) / ticket.weight;
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
        if (scanning.size() >= slots || waiting == 0) {
            return Optional.empty();
        }
        payFor(nowNanos);
        ScanTicket next = next();
        if (next == null) {
            return Optional.empty();
        }
        GuestAccount account = next.account;
        account.take(next);
        account.scanning++;
        account.lastTurn = turns++;
        lastVirtualSeconds = account.virtualSeconds;
        next.state = ScanTicket.State.SCANNING;
        next.grantedNanos = nowNanos;
        next.chargedSeconds = rate.guess(next.bytes);
        next.charge(next.chargedSeconds);
        waiting--;
        scanning.add(next);
        largeScanning += next.small ? 0 : 1;
        return Optional.of(next);
    }

    private @Nullable ScanTicket next() {
        boolean largeMayGo = slots == 1 || largeScanning < slots - 1;
        ScanTicket next = null;
        ScanTicket nextSmall = null;
        for (GuestAccount account : accounts.values()) {
            next = earlier(next, account.next(largeMayGo));
            nextSmall = earlier(nextSmall, account.nextSmall());
        }
        boolean smallGoesFirst =
                slots == 1
                        && next != null
                        && nextSmall != null
                        && nextSmall.account.virtualSeconds
                                <= next.account.virtualSeconds + HEAD_START_SECONDS;
        return smallGoesFirst ? nextSmall : next;
    }

    private static @Nullable ScanTicket earlier(
            @Nullable ScanTicket one, @Nullable ScanTicket other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        int order = Double.compare(one.account.virtualSeconds, other.account.virtualSeconds);
        return order < 0 || (order == 0 && one.account.lastTurn < other.account.lastTurn)
                ? one
                : other;
    }

    /** Lets the guests pay for scans that last longer than they were expected to. */
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
                largeScanning -= ticket.small ? 0 : 1;
                double took = Math.max(secondsSince(ticket.grantedNanos, nowNanos), LEAST_SECONDS);
                ticket.charge(took - ticket.chargedSeconds);
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
            accounts.clear();
            lastVirtualSeconds = 0;
            return;
        }
        accounts.values()
                .removeIf(account ->
                        account.isIdle() && account.virtualSeconds <= lastVirtualSeconds);
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
        return accounts.size();
    }
}
