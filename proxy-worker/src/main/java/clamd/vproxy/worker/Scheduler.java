package clamd.vproxy.worker;

import clamd.vproxy.worker.IdleThreads.Seat;
import clamd.vproxy.worker.session.Arrival;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which of a guest's threads serves which of its connections, and how many threads there
 * are: as many as there is something to do for, and no more than the guest's quota.
 *
 * <p>Times are nanoseconds of a monotonic clock. Not thread-safe: the guest's worker guards it.
 */
final class Scheduler {
    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

    private final ConnectionQueue waiting;
    private final OpenSessions sessions;
    private final GuestThreads threads;
    private final Function<Arrival, Turn> beginning;
    private final LongSupplier nanoClock;
    private final IdleThreads idle = new IdleThreads();
    private int quota;

    /** What a thread is to do: a turn, or to wait so long for one; neither means to end. */
    record Next(@Nullable Turn turn, long nanosToWait) {
        private static final Next END = new Next(null, 0);
    }

    /**
     * @param beginning begins a session for a connection that has its turn
     * @param quota how many threads may serve at once
     */
    Scheduler(
            ConnectionQueue waiting,
            OpenSessions sessions,
            GuestThreads threads,
            Function<Arrival, Turn> beginning,
            LongSupplier nanoClock,
            int quota) {
        this.waiting = waiting;
        this.sessions = sessions;
        this.threads = threads;
        this.beginning = beginning;
        this.nanoClock = nanoClock;
        this.quota = quota;
    }

    /** Another quota holds from now on, or other things have changed that threads wait for. */
    void renew(int newQuota) {
        quota = newQuota;
        boolean _ = serveNext();
        idle.wakeAll();
    }

    /**
     * Has those who wait served by idle threads, or by new ones, as far as they may. To be called
     * when somebody has come, and now and then while somebody waits: after a lack of memory, or
     * once a thread that tells of a session's end takes long, nobody else may look.
     *
     * @return false if there is no thread at all to serve this guest, nor can one be had; in a
     *     pause there is nothing to serve
     */
    boolean serveNext() {
        try {
            callThreads();
            startThreads();
        } catch (OutOfMemoryError e) {
            log.warn("nobody could be called to a connection that waits: {}", e.getMessage());
        }
        return threads.count() > 0 || waiting.isPaused();
    }

    /**
     * Has idle threads serve those who wait, as far as it is their turn. If others are left, one
     * thread looks after the time of the next.
     */
    private void callThreads() {
        while (!idle.isEmpty() && isWithinQuota()) {
            Turn next = beginNext(now());
            if (next == null) {
                break;
            }
            idle.call(next);
        }
        if (waiting.size() > 0) {
            idle.wakeOne();
        }
    }

    /** Begins a session for the first that waits, if it is its turn. */
    private @Nullable Turn beginNext(long nowNanos) {
        Arrival next = waiting.take(nowNanos);
        if (next == null) {
            return null;
        }
        try {
            return beginning.apply(next);
        } catch (OutOfMemoryError e) {
            waiting.putBack(next);
            throw e;
        }
    }

    /** Starts the threads that those who wait need, as far as the quota allows. */
    private void startThreads() {
        boolean started = true;
        while (started
                && threads.mayStart(quota, sessions.ending())
                && serving() - sessions.size() < waiting.wantedThreads(now())) {
            started = threads.start();
        }
    }

    /** The threads but for those that tell of a session's end, which may wait for a disk. */
    private int serving() {
        return threads.count() - sessions.ending();
    }

    private boolean isWithinQuota() {
        return serving() <= quota;
    }

    /**
     * What a thread is to do that has nothing to do.
     *
     * @param seat where it waits if it is told to
     * @param idleEndsNanos when it has waited long enough for somebody to come
     * @param mayWait whether anybody may come at all
     */
    Next nextFor(int thread, Seat seat, long idleEndsNanos, boolean mayWait) {
        idle.leave(seat);
        Turn called = seat.turn();
        if (called != null) {
            return new Next(called, 0);
        }
        // one moment for both questions: else a turn that comes between them would be nobody's
        long now = now();
        Turn turn = isWithinQuota() ? beginNext(now) : null;
        if (turn != null) {
            // somebody is to wait for the next one's turn
            boolean _ = serveNext();
            return new Next(turn, 0);
        }
        long left = waiting.nanosToWait(idleEndsNanos, now);
        if (left > 0 && isWithinQuota() && mayWait) {
            Next wait = new Next(null, left);
            idle.sit(seat);
            return wait;
        }
        // in one step with the decision, so that no connection counts on this thread any more
        threads.ended(thread);
        boolean _ = serveNext();
        return Next.END;
    }

    /** The calling thread ends without having been told to. */
    void lost(int thread) {
        threads.ended(thread);
        idle.lost();
        boolean _ = serveNext();
    }

    private long now() {
        return nanoClock.getAsLong();
    }
}
