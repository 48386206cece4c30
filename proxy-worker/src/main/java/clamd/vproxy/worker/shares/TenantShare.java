package clamd.vproxy.worker.shares;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.rate.RateBucket;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The quotas and rates that the guests of one tenant share: connections in service and waiting, the
 * connection rate and byte rate, and the daily usage. Each guest's own limits apply in addition.
 *
 * <p>If a guest's connection exceeds the tenant's quota or connection rate, the guest waits in a
 * line with other such guests of the tenant. Each turn serves one connection, so a guest with a
 * hundred waiting connections delays another guest's single connection by only one.
 *
 * <p>Thread-safe, guarded by itself. Callers may hold a worker's lock; under its own lock this
 * class takes only the byte rate's lock.
 */
public final class TenantShare {
    private final Tenant tenant;
    private final ByteRate byteRate;
    private final DailyUsage dailyUsage;
    private final LongSupplier nanoClock;

    @GuardedBy("this")
    private TenantLimits limits = TenantLimits.NONE;

    @GuardedBy("this")
    private final RateBucket connectionRate;

    @GuardedBy("this")
    private int inService;

    @GuardedBy("this")
    private int waiting;

    /**
     * Guests whose next connection waits only for the tenant's limits, in the order of their turns.
     */
    @GuardedBy("this")
    private final SequencedSet<Runnable> line = new LinkedHashSet<>();

    /** Counts turns, so that {@link #serveNext} can detect whether a turn was taken. */
    @GuardedBy("this")
    private long turns;

    /**
     * Creates the share of a tenant, without limits yet.
     *
     * @param byteRate the tenant's byte rate, without a limit yet
     * @param dailyUsage counts the daily usage of all guests; for a guest that is its own tenant,
     *     the guest's own object
     */
    public TenantShare(
            Tenant tenant, ByteRate byteRate, DailyUsage dailyUsage, LongSupplier nanoClock) {
        this.tenant = tenant;
        this.byteRate = byteRate;
        this.dailyUsage = dailyUsage;
        this.nanoClock = nanoClock;
        this.connectionRate =
                new RateBucket(limits.bound(Limit.MAX_CONNECTION_RATE), 1, nanoClock.getAsLong());
    }

    /** Returns the tenant. */
    public Tenant tenant() {
        return tenant;
    }

    /** Returns the byte rate that the tenant's uploads share. */
    public ByteRate byteRate() {
        return byteRate;
    }

    /** Returns the counter of the tenant's daily bytes and scans. */
    public DailyUsage dailyUsage() {
        return dailyUsage;
    }

    /** Returns a text for the log that names the limit and the tenant. */
    public String reason(Limit limit) {
        return limit.key() + " of tenant " + tenant.label();
    }

    /**
     * Sets the limits for later connections and requests. The caller must then call {@link
     * #serveNext}.
     */
    public synchronized void setLimits(TenantLimits next) {
        if (!next.equals(limits)) {
            limits = next;
            connectionRate.change(next.bound(Limit.MAX_CONNECTION_RATE), 1, nanoClock.getAsLong());
            byteRate.change(next.bound(Limit.MAX_BYTE_RATE));
        }
    }

    /**
     * Counts a connection as in service, if it is the guest's turn and there is room; otherwise
     * puts the guest into the line.
     *
     * @param guest serves the guest's waiting connections; must be the same object in each call
     */
    public synchronized boolean tryServe(Runnable guest) {
        boolean turn = line.isEmpty() || line.getFirst().equals(guest);
        if (!turn || !hasRoom()) {
            line.add(guest);
            return false;
        }
        line.remove(guest);
        turns++;
        inService++;
        connectionRate.reserve(1, nanoClock.getAsLong());
        return true;
    }

    /** Stops counting a connection as in service. The caller must then call {@link #serveNext}. */
    public synchronized void leaveService() {
        inService--;
    }

    /** Reverts {@link #tryServe} for a connection that could not be served. */
    public synchronized void undoServe() {
        inService--;
        connectionRate.giveBack(1, nanoClock.getAsLong());
    }

    /**
     * Counts one more request of a connection in service, if it is the guest's turn and the
     * connection rate permits it; otherwise puts the guest into the line.
     *
     * @param guest wakes the guest's waiting requests; must be the same object in each call
     */
    public synchronized boolean tryRequest(Runnable guest) {
        boolean needsNoTurn =
                limits.bound(Limit.MAX_CONNECTION_RATE).isEmpty()
                        || line.isEmpty()
                        // the line waits for the quota, which already includes the request's
                        // connection
                        || inService >= quota();
        boolean turn = needsNoTurn || line.getFirst().equals(guest);
        if (!turn || connectionRate.available(1, nanoClock.getAsLong()) <= 0) {
            line.add(guest);
            return false;
        }
        line.remove(guest);
        turns++;
        connectionRate.reserve(1, nanoClock.getAsLong());
        return true;
    }

    /** Counts a connection as waiting, if one more connection may wait. */
    public synchronized boolean tryWait() {
        boolean may =
                waiting < limits.bound(Limit.MAX_WAITING_CONNECTIONS).orElse(Long.MAX_VALUE)
                        && quota() > 0;
        waiting += may ? 1 : 0;
        return may;
    }

    /**
     * Adds waiting connections of a guest that joins this tenant; a negative number removes
     * connections.
     */
    public synchronized void addWaiting(int more) {
        waiting += more;
    }

    /** Returns the limit for which {@link #tryWait} returns false. */
    public synchronized Limit waitingShortage() {
        return quota() == 0 ? Limit.MAX_CONNECTIONS : Limit.MAX_WAITING_CONNECTIONS;
    }

    /** Removes the guest from the line. The caller must then call {@link #serveNext}. */
    public synchronized void leaveLine(Runnable guest) {
        line.remove(guest);
    }

    /** Whether the guest waits for the tenant's quota or connection rate. */
    public synchronized boolean isInLine(Runnable guest) {
        return line.contains(guest);
    }

    @GuardedBy("this")
    private long quota() {
        return limits.bound(Limit.MAX_CONNECTIONS).orElse(Long.MAX_VALUE);
    }

    @GuardedBy("this")
    private boolean hasRoom() {
        return inService < quota() && connectionRate.available(1, nanoClock.getAsLong()) > 0;
    }

    /**
     * Returns the tenant's limit that keeps a connection waiting if the guest's own limits admit
     * it.
     */
    public synchronized Limit shortage() {
        return inService < quota() ? Limit.MAX_CONNECTION_RATE : Limit.MAX_CONNECTIONS;
    }

    /**
     * Lets guests in the line serve their connections as long as there is room. The caller must
     * hold no lock.
     */
    public void serveNext() {
        long before = -1;
        Runnable next = nextInLine(before);
        while (next != null) {
            before = turns();
            next.run();
            next = nextInLine(before);
        }
    }

    private synchronized long turns() {
        return turns;
    }

    /**
     * Returns the first guest in the line if there is room for its connection. Returns null if no
     * turn was taken since {@code turnsBefore}: the guest then stays first and is tried again
     * later.
     */
    private synchronized @Nullable Runnable nextInLine(long turnsBefore) {
        return line.isEmpty() || !hasRoom() || turns == turnsBefore ? null : line.getFirst();
    }

    /** Returns the number of the tenant's connections in service. */
    public synchronized int inService() {
        return inService;
    }

    /** Returns the number of the tenant's waiting connections. */
    public synchronized int waiting() {
        return waiting;
    }
}
