package clamd.vproxy.worker;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.rate.RateBucket;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one guest that wait for the quota or the connection rate, in the order in
 * which they came, and who may join them.
 *
 * <p>Times are nanoseconds of a monotonic clock. Not thread-safe: the guest's worker guards it.
 */
final class ConnectionQueue {
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();
    private final RateBucket rate;
    private Limits limits;
    private boolean paused;

    ConnectionQueue(Limits limits, long nowNanos) {
        this.limits = limits;
        rate = new RateBucket(limits.maxConnectionRate(), 1, nowNanos);
    }

    /** Lets other limits hold from now on, for those that wait, too. */
    void setLimits(Limits next, long nowNanos) {
        limits = next;
        rate.change(next.maxConnectionRate(), 1, nowNanos);
    }

    /** Lets nobody be taken for service until it is called again. */
    void setPaused(boolean next) {
        paused = next;
    }

    boolean isPaused() {
        return paused;
    }

    /**
     * Why one more connection is to be refused at once.
     *
     * @param inService how many sessions the guest has
     * @return nothing if there is room for it
     */
    Optional<Termination> refusal(int inService, long nowNanos) {
        int quota = limits.maxConnections();
        int free = Math.max(0, quota - inService);
        long tokens = rate.available(free, nowNanos);
        // who is about to be taken by a thread that is free, or may be started, does not wait
        long taken = paused ? 0 : tokens;
        long places = taken + (limits.queue() ? limits.maxWaitingConnections() : 0);
        return quota == 0 || waiting.size() >= places
                ? Optional.of(quota == 0 ? Termination.QUOTA : reason(free <= tokens))
                : Optional.empty();
    }

    /** Adds one for which there is room. */
    void add(Arrival connection) {
        waiting.add(connection);
    }

    /**
     * How long to wait for the turn of somebody who is there, else for somebody to come; 0 = not.
     *
     * @param idleEndsNanos until when to wait for somebody to come
     */
    long nanosToWait(long idleEndsNanos, long nowNanos) {
        return hasNoTurn() ? idleEndsNanos - nowNanos : nanosUntilTurn(nowNanos);
    }

    /** Whether there is nobody whose turn comes by itself. */
    private boolean hasNoTurn() {
        return paused || waiting.isEmpty();
    }

    /** How long until the first that waits may be taken as to the rate; 0 = now. */
    long nanosUntilTurn(long nowNanos) {
        return rate.nanosUntilOne(nowNanos);
    }

    /** How many threads those that wait can use now, and one to wait for the rate. */
    int wantedThreads(long nowNanos) {
        int size = waiting.size();
        return paused ? 0 : (int) Math.min(size, Math.max(1, rate.available(size, nowNanos)));
    }

    /** Takes the first for service, which counts for the rate; null if it is nobody's turn. */
    @Nullable Arrival take(long nowNanos) {
        if (hasNoTurn() || rate.nanosUntilOne(nowNanos) > 0) {
            return null;
        }
        rate.reserve(1, nowNanos);
        return waiting.remove();
    }

    /** Takes the first that has waited for the queue timeout; null if there is none. */
    @Nullable Arrival pollLate(long nowNanos) {
        Arrival first = waiting.peek();
        boolean late =
                first != null
                        && nowNanos - first.acceptedNanos() >= limits.queueTimeout().toNanos();
        return late ? waiting.poll() : null;
    }

    /** Why somebody who has waited too long is refused. */
    Termination lateReason(long nowNanos) {
        return reason(rate.nanosUntilOne(nowNanos) == 0);
    }

    private Termination reason(boolean quota) {
        if (paused) {
            return Termination.PAUSED;
        }
        return quota ? Termination.QUOTA : Termination.CONNECTION_RATE;
    }

    @Nullable Arrival pollFirst() {
        return waiting.pollFirst();
    }

    @Nullable Arrival pollLast() {
        return waiting.pollLast();
    }

    /** Takes this connection out again; false if it does not wait any more. */
    boolean remove(Arrival connection) {
        return waiting.remove(connection);
    }

    /** Lets one that was taken be the first again; it has counted for the rate. */
    void putBack(Arrival taken) {
        waiting.addFirst(taken);
    }

    /** Those that wait, the first to be served first. */
    Stream<SessionView> views(long nowNanos) {
        return waiting.stream().map(arrival -> SessionView.waiting(arrival, nowNanos));
    }

    /** Takes the connection of this session out; null if it does not wait. */
    @Nullable Arrival remove(long session) {
        for (Arrival each : waiting) {
            if (each.number() == session) {
                waiting.remove(each);
                return each;
            }
        }
        return null;
    }

    int size() {
        return waiting.size();
    }
}
