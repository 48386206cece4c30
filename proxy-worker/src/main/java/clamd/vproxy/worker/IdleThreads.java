package clamd.vproxy.worker;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one guest that have nothing to do. The one that came last is called first: what it
 * needs is still in the processor's caches, and those that are not needed come to their end. A
 * thread is called with its turn in its hand, so that it need not ask for it with a lock that its
 * caller still holds.
 *
 * <p>Not thread-safe: the guest's worker guards it; but for {@link Seat#await}, which the thread
 * that sits there calls.
 */
final class IdleThreads {
    private final ArrayDeque<Seat> seats = new ArrayDeque<>();

    /** Where one thread waits. */
    static final class Seat {
        private final Thread thread = Thread.currentThread();
        private volatile @Nullable Turn turn;

        /** What it has been called for; null as long as it has not. */
        @Nullable Turn turn() {
            return turn;
        }

        /**
         * Waits for a call, and at times for nothing. By the thread itself, after {@link #sit}.
         *
         * @param nanos how long at most
         * @throws IllegalStateException if somebody interrupts the thread
         */
        void await(long nanos) {
            if (turn == null) {
                LockSupport.parkNanos(this, nanos);
            }
            if (turn == null && Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("nobody interrupts the threads of a worker");
            }
        }
    }

    /** The thread is to wait, until it is called or {@link #leave leaves}. */
    void sit(Seat seat) {
        seats.push(seat);
    }

    /** The thread does not wait any more. */
    void leave(Seat seat) {
        seats.remove(seat);
    }

    /** The calling thread will wait nowhere any more. */
    void lost() {
        seats.removeIf(seat -> seat.thread.equals(Thread.currentThread()));
    }

    boolean isEmpty() {
        return seats.isEmpty();
    }

    /** Has a thread serve; there must be one. */
    void call(Turn turn) {
        Seat seat = seats.pop();
        seat.turn = turn;
        LockSupport.unpark(seat.thread);
    }

    /** Has one look for itself what there is to do, if there is one. */
    void wakeOne() {
        Seat seat = seats.poll();
        if (seat != null) {
            LockSupport.unpark(seat.thread);
        }
    }

    /** Has all of them look. */
    void wakeAll() {
        while (!isEmpty()) {
            wakeOne();
        }
    }
}
