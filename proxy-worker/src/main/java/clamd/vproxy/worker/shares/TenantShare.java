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
 * What the guests of one tenant have together: connections in service and waiting, the rates, and
 * the amounts of the day. Each guest's own limits hold besides.
 *
 * <p>A guest whose connection finds the tenant's quota or connection rate used up stands in a line
 * with the tenant's other such guests. Each turn is one connection, so a guest with a hundred
 * waiting connections delays another's single one by one.
 *
 * <p>Thread-safe, guarded by itself; the lock is taken with a worker's lock held, and under it only
 * that of the byte rate.
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

    /** Guests whose next connection waits for the tenant alone, in the order of their turns. */
    @GuardedBy("this")
    private final SequencedSet<Runnable> line = new LinkedHashSet<>();

    /** Counts turns, so that a caller sees whether one was taken. */
    @GuardedBy("this")
    private long turns;

    /**
     * A tenant without limits yet.
     *
     * @param byteRate without a limit yet
     * @param dailyUsage what its guests use; for a guest that is a tenant of its own, the guest's
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

    /** Whose share it is. */
    public Tenant tenant() {
        return tenant;
    }

    /** What all its uploads may bring in a second. */
    public ByteRate byteRate() {
        return byteRate;
    }

    /** What its uploads and scans of a day are counted in. */
    public DailyUsage dailyUsage() {
        return dailyUsage;
    }

    /** For the log: which limit of which tenant ended something. */
    public String reason(Limit limit) {
        return limit.key() + " of tenant " + tenant.label();
    }

    /** Puts limits in force for what comes from now on; {@link #serveNext} is to follow. */
    public synchronized void setLimits(TenantLimits next) {
        if (!next.equals(limits)) {
            limits = next;
            connectionRate.change(next.bound(Limit.MAX_CONNECTION_RATE), 1, nanoClock.getAsLong());
            byteRate.change(next.bound(Limit.MAX_BYTE_RATE));
        }
    }

    /**
     * Counts a connection of a guest as in service, if it is that guest's turn and there is room;
     * else the guest has its place in the line.
     *
     * @param guest serves its waiting connections; the same object for each call
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

    /** A connection is in service no more; {@link #serveNext} is to follow. */
    public synchronized void leaveService() {
        inService--;
    }

    /** A connection that {@link #tryServe} has counted was not served. */
    public synchronized void undoServe() {
        inService--;
        connectionRate.giveBack(1, nanoClock.getAsLong());
    }

    /**
     * Counts one more request of a connection in service, if it is that guest's turn and the
     * connection rate lets it; else the guest has its place in the line.
     *
     * @param guest stands for such requests of the guest; the same object for each call
     */
    public synchronized boolean tryRequest(Runnable guest) {
        boolean needsNoTurn =
                limits.bound(Limit.MAX_CONNECTION_RATE).isEmpty()
                        || line.isEmpty()
                        // the line waits for the quota, in which the request has its place
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

    /** Counts a connection as waiting, if one more may wait. */
    public synchronized boolean tryWait() {
        boolean may =
                waiting < limits.bound(Limit.MAX_WAITING_CONNECTIONS).orElse(Long.MAX_VALUE)
                        && quota() > 0;
        waiting += may ? 1 : 0;
        return may;
    }

    /** Adds connections that already wait and now belong to this tenant; negative removes them. */
    public synchronized void addWaiting(int more) {
        waiting += more;
    }

    /** The limit for which {@link #tryWait} says no. */
    public synchronized Limit waitingShortage() {
        return quota() == 0 ? Limit.MAX_CONNECTIONS : Limit.MAX_WAITING_CONNECTIONS;
    }

    /** The guest waits for the tenant no more; {@link #serveNext} is to follow. */
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

    /** The limit for which a connection waits that its guest's own limits would let go on. */
    public synchronized Limit shortage() {
        return inService < quota() ? Limit.MAX_CONNECTION_RATE : Limit.MAX_CONNECTIONS;
    }

    /** Has guests in the line serve their connections as long as there is room. No lock held. */
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

    /** A guest that took no turn stays first, and is asked again later. */
    private synchronized @Nullable Runnable nextInLine(long turnsBefore) {
        return line.isEmpty() || !hasRoom() || turns == turnsBefore ? null : line.getFirst();
    }

    /** How many of its connections are in service now. */
    public synchronized int inService() {
        return inService;
    }

    /** How many of its connections are waiting now. */
    public synchronized int waiting() {
        return waiting;
    }
}
