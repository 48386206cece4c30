package clamd.vproxy.worker.fair;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one guest has had of clamd's time, and which of its streams wait. Changed by its queue only.
 */
final class GuestAccount {
    /** So many small streams of a guest may overtake its own large ones in a row. */
    private static final int SMALL_IN_A_ROW = 8;

    final Object guest;

    /** Scan seconds that were charged, divided by the weight: who has the least is next. */
    double virtualSeconds;

    /** Of two with the same virtual time, the one whose turn is longer ago is next. */
    long lastTurn = -1;

    int scanning;

    private final ArrayDeque<ScanTicket> small = new ArrayDeque<>();
    private final ArrayDeque<ScanTicket> large = new ArrayDeque<>();
    private int smallInARow;

    GuestAccount(Object guest) {
        this.guest = guest;
    }

    void add(ScanTicket ticket) {
        (ticket.small ? small : large).add(ticket);
    }

    void remove(ScanTicket ticket) {
        (ticket.small ? small : large).remove(ticket);
    }

    /** Takes the stream out that {@link #next} or {@link #nextSmall} named. */
    void take(ScanTicket ticket) {
        remove(ticket);
        smallInARow = ticket.small && !large.isEmpty() ? smallInARow + 1 : 0;
    }

    int waiting() {
        return small.size() + large.size();
    }

    boolean isIdle() {
        return waiting() + scanning == 0;
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
}
