package clamd.vproxy.worker;

import clamd.vproxy.worker.IdleThreads.Seat;
import clamd.vproxy.worker.session.Arrival;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a guest's threads serves which of its connections, and how many threads there
 * are: as many as there is something to do for, and no more than the guest's quota.
 *
 * <p>Times are nanoseconds of a monotonic clock. Not thread-safe: the guest's worker guards it.
 */
final class Scheduler {
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
        startThreads();
        idle.wakeAll();
    }

    /**
     * Somebody has come: an idle thread serves it, or a new one, as far as it may.
     *
     * @return false if there is no thread at all to serve this guest, nor can one be had
     */
    boolean serveNext() {
        callThreads();
        return startThreads();
    }

    /**
     * Has idle threads serve those who wait, as far as it is their turn. If others are left, one
     * thread looks after the time of the next.
     */
    private void callThreads() {
        while (!idle.isEmpty() && isWithinQuota()) {
            Arrival next = waiting.take(now());
            if (next == null) {
                break;
            }
            idle.call(beginning.apply(next));
        }
        if (waiting.size() > 0) {
            idle.wakeOne();
        }
    }

    /**
     * Starts the threads that those who wait need, as far as the quota allows. Returns false if
     * there is no thread at all to serve this guest, nor can one be had. In a pause there is
     * nothing to serve.
     */
    private boolean startThreads() {
        boolean started = true;
        while (started
                && threads.mayStart(quota, sessions.ending())
                && serving() - sessions.size() < waiting.wantedThreads(now())) {
            started = threads.start();
        }
        return threads.count() > 0 || waiting.isPaused();
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
        Arrival connection = isWithinQuota() ? waiting.take(now()) : null;
        if (connection != null) {
            Turn turn = beginning.apply(connection);
            // somebody is to wait for the next one's turn
            startThreads();
            callThreads();
            return new Next(turn, 0);
        }
        long left = waiting.nanosToWait(idleEndsNanos, now());
        if (left > 0 && isWithinQuota() && mayWait) {
            idle.sit(seat);
            return new Next(null, left);
        }
        // in one step with the decision, so that no connection counts on this thread any more
        threads.ended(thread);
        callThreads();
        return Next.END;
    }

    /** A thread has ended without having been told to. */
    void lost(int thread) {
        threads.ended(thread);
        startThreads();
    }

    private long now() {
        return nanoClock.getAsLong();
    }
}
