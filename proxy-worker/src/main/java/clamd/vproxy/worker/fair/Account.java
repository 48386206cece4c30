package clamd.vproxy.worker.fair;

/** Records how much of clamd's time a tenant or a guest has used. Changed by its queue only. */
abstract class Account {
    /**
     * The scan seconds charged, divided by the weight; the account with the smallest value is next.
     */
    double virtualSeconds;

    /**
     * The number of the last turn; of two accounts with equal virtual time, the one with the older
     * turn is next.
     */
    long lastTurn = -1;

    int scanning;
    int waiting;

    final boolean isIdle() {
        return waiting + scanning == 0;
    }

    /** Compares two accounts by their turn; negative if this account is next. */
    final int compareTurn(Account other) {
        int order = Double.compare(virtualSeconds, other.virtualSeconds);
        return order == 0 ? Long.compare(lastTurn, other.lastTurn) : order;
    }
}
