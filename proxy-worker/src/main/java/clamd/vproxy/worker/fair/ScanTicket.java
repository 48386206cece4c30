package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Weight;

/**
 * A stream in a {@link ScanQueue}: it is queued, then scanned, then ended; or it ends while it is
 * queued. Changed by its queue only, and as thread-safe as the queue.
 */
public final class ScanTicket {
    /** The states of a stream, in order; a stream never returns to an earlier state. */
    enum State {
        WAITING,
        SCANNING,
        ENDED
    }

    final GuestAccount account;
    final Weight weight;
    final long bytes;
    final boolean small;
    State state = State.WAITING;
    long grantedNanos;
    double chargedSeconds;

    /** Whether this stream overtook a large stream that was next. */
    boolean passes;

    ScanTicket(GuestAccount account, Weight weight, long bytes, boolean small) {
        this.account = account;
        this.weight = weight;
        this.bytes = bytes;
        this.small = small;
    }

    /**
     * Charges the guest and the tenant for scan seconds, divided by their weights; negative seconds
     * are refunded.
     */
    void charge(double seconds) {
        account.virtualSeconds += seconds / weight.guest();
        account.tenant.virtualSeconds += seconds / weight.tenant();
    }

    /** Whether the stream holds a slot. */
    public boolean isScanning() {
        return state == State.SCANNING;
    }

    /** Whether the stream is still in the queue. */
    public boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Returns the guest that sent the stream. */
    public Object guest() {
        return account.owner.guest();
    }
}
