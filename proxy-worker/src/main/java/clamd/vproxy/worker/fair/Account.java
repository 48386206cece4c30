package clamd.vproxy.worker.fair;

/** How much of clamd's time a tenant or a guest has had. Changed by its queue only. */
abstract class Account {
    /**
     * Scan seconds that were charged, divided by the weight: the account with the least is next.
     */
    double virtualSeconds;

    /** Of two accounts with the same virtual time, the one whose turn is longer ago is next. */
    long lastTurn = -1;

    int scanning;
    int waiting;

    final boolean isIdle() {
        return waiting + scanning == 0;
    }

    /** Negative if this account's turn is before the other's. */
    final int compareTurn(Account other) {
        int order = Double.compare(virtualSeconds, other.virtualSeconds);
        return order == 0 ? Long.compare(lastTurn, other.lastTurn) : order;
    }
}
