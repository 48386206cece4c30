package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Weight;

/**
 * One stream on its way through a {@link ScanQueue}: it waits, is scanned, and ends; or ends while
 * it waits. Changed by its queue only, and as thread-safe as that is.
 */
public final class ScanTicket {
    /** Where a stream stands; it only ever goes on. */
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

    /** Whether its turn came before that of a large stream which was due. */
    boolean passes;

    ScanTicket(GuestAccount account, Weight weight, long bytes, boolean small) {
        this.account = account;
        this.weight = weight;
        this.bytes = bytes;
        this.small = small;
    }

    /** Charges guest and tenant for scan seconds, or gives them back, at their weights. */
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

    /** The guest that the stream came from. */
    public Object guest() {
        return account.owner.guest();
    }
}
