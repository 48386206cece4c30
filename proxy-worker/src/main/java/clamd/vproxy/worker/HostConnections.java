package clamd.vproxy.worker;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the connections that all guests together hold, without letting one lock out another: when
 * the host is full, a guest that holds fewer than another still gets in, and one of the other's
 * connections that waits, or has nothing at clamd yet, gives way. Thread-safe.
 */
public final class HostConnections {
    /** Connections that are being told to leave may hold this share of the limit on top of it. */
    private static final int OVERHANG_DIVISOR = 10;

    private final int limit;
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicLong sessionNumbers = new AtomicLong();
    private final Set<GuestWorker> workers = ConcurrentHashMap.newKeySet();

    /**
     * @param limit how many connections the host holds, at least 1
     */
    public HostConnections(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the host must hold a connection, not " + limit);
        }
        this.limit = limit;
    }

    /** How many connections are held now; those that are being refused are not counted. */
    public int held() {
        return held.get();
    }

    /** A number that no other session of this process has. */
    public long nextSessionNumber() {
        return sessionNumbers.incrementAndGet();
    }

    void register(GuestWorker worker) {
        workers.add(worker);
    }

    void unregister(GuestWorker worker) {
        workers.remove(worker);
    }

    /**
     * Counts one more connection of {@code newcomer}, until {@link #release}.
     *
     * @return whether it may be served; it is counted in any case
     */
    boolean admit(GuestWorker newcomer) {
        int now = held.incrementAndGet();
        if (now <= limit) {
            return true;
        }
        return now <= limit + Math.max(1, limit / OVERHANG_DIVISOR) && makeRoomFor(newcomer);
    }

    void release() {
        held.decrementAndGet();
    }

    private boolean makeRoomFor(GuestWorker newcomer) {
        int own = newcomer.connections();
        List<Holding> larger =
                workers.stream()
                        .map(worker -> new Holding(worker, worker.connections()))
                        .filter(holding -> holding.connections > own + 1)
                        .sorted(Comparator.comparingInt(Holding::connections).reversed())
                        .toList();
        for (Holding holding : larger) {
            if (holding.worker.giveWay()) {
                return true;
            }
        }
        return false;
    }

    /** A worker with its count at one moment: sorting needs counts that do not change. */
    private record Holding(GuestWorker worker, int connections) {}
}
