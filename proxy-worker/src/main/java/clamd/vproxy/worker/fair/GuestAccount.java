package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * How much of clamd's time one guest has had, and which of its streams wait. Changed by its queue
 * only.
 */
final class GuestAccount extends Account {
    /** So many small streams of a guest may overtake its own large ones in a row. */
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

    /** Takes the stream out that {@link #next} or {@link #nextSmall} named. */
    void take(ScanTicket ticket) {
        remove(ticket);
        smallInARow = ticket.small && !large.isEmpty() ? smallInARow + 1 : 0;
    }

    /** The stream whose turn it is among this guest's own; null if none may go. */
    @Nullable ScanTicket next(boolean largeMayGo) {
        if (small.isEmpty() || (smallInARow >= SMALL_IN_A_ROW && largeMayGo && !large.isEmpty())) {
            return largeMayGo ? large.peek() : null;
        }
        return small.peek();
    }

    /** The small stream that waits longest; null if there is none, or it is a large one's turn. */
    @Nullable ScanTicket nextSmall() {
        ScanTicket next = next(true);
        return next != null && next.small ? next : null;
    }

    /** Whether this guest's next stream is scanned before the other's: by tenant, then by guest. */
    boolean isBefore(GuestAccount other) {
        int order = tenant.compareTurn(other.tenant);
        return order < 0 || (order == 0 && compareTurn(other) < 0);
    }
}
