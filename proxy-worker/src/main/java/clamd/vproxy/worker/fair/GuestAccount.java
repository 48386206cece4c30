package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Records how much of clamd's time one guest has used, and which of its streams are queued. Changed
 * by its queue only.
 */
final class GuestAccount extends Account {
    /** The number of small streams in a row that may overtake the guest's own large streams. */
    private static final int SMALL_IN_A_ROW = 8;

    final Owner owner;
    final TenantAccount tenant;

    private final ArrayDeque<ScanTicket> small = new ArrayDeque<>();
    private final ArrayDeque<ScanTicket> large = new ArrayDeque<>();
    private int smallInARow;

    GuestAccount(Owner owner, TenantAccount tenant) {
        this.owner = owner;
        this.tenant = tenant;
    }

    void add(ScanTicket ticket) {
        (ticket.small ? small : large).add(ticket);
        waiting++;
        tenant.waiting++;
    }

    void remove(ScanTicket ticket) {
        (ticket.small ? small : large).remove(ticket);
        waiting--;
        tenant.waiting--;
    }

    /** Removes the stream that {@link #next} or {@link #nextSmall} returned. */
    void take(ScanTicket ticket) {
        remove(ticket);
        smallInARow = ticket.small && !large.isEmpty() ? smallInARow + 1 : 0;
    }

    /** Returns the next of this guest's streams; null if none may be scanned. */
    @Nullable ScanTicket next(boolean largeMayGo) {
        if (small.isEmpty() || (smallInARow >= SMALL_IN_A_ROW && largeMayGo && !large.isEmpty())) {
            return largeMayGo ? large.peek() : null;
        }
        return small.peek();
    }

    /**
     * Returns the small stream that has been queued longest; null if there is none, or if a large
     * stream is next.
     */
    @Nullable ScanTicket nextSmall() {
        ScanTicket next = next(true);
        return next != null && next.small ? next : null;
    }

    /**
     * Whether this guest's next stream is scanned before the other's; compares tenants, then
     * guests.
     */
    boolean isBefore(GuestAccount other) {
        int order = tenant.compareTurn(other.tenant);
        return order < 0 || (order == 0 && compareTurn(other) < 0);
    }
}
