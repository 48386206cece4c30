package clamd.vproxy.worker.session;

import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.net.StreamSocket;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What other threads may do to a session: let its deadline pass, or stop it. Both only mark the
 * session and wake its thread, by shutting down the socket that it may be blocked on, or by calling
 * it away from one that is to stay whole; the session's thread draws the conclusion and closes.
 *
 * <p>Thread-safe, guarded by itself. The lock is what makes a deadline exact: a session that went
 * on in time cannot be hit by a check that was about to find it late.
 */
final class SessionControl implements Watched {
    /** What the session's thread may be blocked on. */
    enum Phase {
        /** Nothing that has a deadline here. */
        UNWATCHED,
        /** Reading from the guest. */
        GUEST_INPUT,
        /** Writing to the guest. */
        GUEST_OUTPUT,
        /** Reading from or writing to clamd. */
        BACKEND
    }

    private final StreamSocket guest;

    /** The connection to clamd, from {@link #attach} to {@link #detach}. */
    @GuardedBy("this")
    private @Nullable ClamdConnection backend;

    /** Whether an interrupt wakes the thread from its connection to clamd, not a shutdown. */
    @GuardedBy("this")
    private boolean backendSpared;

    /** Ends the current wait for what other sessions give back; null without such a wait. */
    @GuardedBy("this")
    private @Nullable Runnable withdrawal;

    @GuardedBy("this")
    private Phase phase = Phase.UNWATCHED;

    /** When the session is late in its phase. */
    @GuardedBy("this")
    private long deadlineNanos;

    /** How a session that is late ends. */
    @GuardedBy("this")
    private Termination onExpiry = Termination.INTERNAL_ERROR;

    /** The watchdog has seen the deadline pass; if it sees that again, it wakes the thread. */
    @GuardedBy("this")
    private boolean expired;

    /** clamd is asked for something, or about to be: {@link #stopIfIdle} lets that finish. */
    @GuardedBy("this")
    private boolean working;

    /** Why another thread has stopped the session; the first reason stays. */
    @GuardedBy("this")
    private @Nullable Termination stopReason;

    /** Why it is stopped once it has answered the request that it works on. */
    @GuardedBy("this")
    private @Nullable Termination stopAtRest;

    /** The watchdog has seen the stop, and the session still reading. */
    @GuardedBy("this")
    private boolean stopSeen;

    /**
     * A line is sent to the guest, or the session lingers behind it: {@link #check} wakes it when
     * it is late, but not because it was stopped.
     */
    @GuardedBy("this")
    private boolean leaving;

    SessionControl(StreamSocket guest) {
        this.guest = guest;
    }

    /**
     * Says what the session's thread is about to block on, until when, and how the session ends if
     * that time passes.
     *
     * @throws SessionEnd if the previous deadline has passed or the session was stopped
     */
    synchronized void enter(Phase next, long nextDeadlineNanos, Termination nextOnExpiry)
            throws SessionEnd {
        throwIfEnded();
        phase = next;
        deadlineNanos = nextDeadlineNanos;
        onExpiry = nextOnExpiry;
    }

    /**
     * Like {@link #enter}, for the way out of a session that may have been stopped or late already.
     */
    synchronized void enterFarewell(Phase next, long nextDeadlineNanos) {
        leaving = true;
        expired = false;
        phase = next;
        deadlineNanos = nextDeadlineNanos;
    }

    /** The deadline that has passed ends nothing. */
    synchronized void forgetDeadline() {
        phase = Phase.UNWATCHED;
        expired = false;
    }

    /**
     * Tells whether the session was woken rather than served by its peer.
     *
     * @throws SessionEnd if its deadline has passed or it was stopped
     */
    synchronized void throwIfEnded() throws SessionEnd {
        if (stopReason != null) {
            throw new SessionEnd(stopReason);
        }
        if (expired) {
            throw new SessionEnd(onExpiry);
        }
    }

    /** Whether another thread has ended the session. */
    synchronized boolean isStopped() {
        return stopReason != null;
    }

    /** Why another thread has ended the session, if one has. */
    synchronized Optional<Termination> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /** Names the connection to clamd, so that it can be shut down; the session still owns it. */
    synchronized void attach(ClamdConnection connection) throws SessionEnd {
        throwIfEnded();
        backend = connection;
    }

    /**
     * From now on the session's thread is called away from its connection to clamd instead of
     * having it shut down: on it is to be seen when clamd is done.
     */
    synchronized void spareBackend() throws SessionEnd {
        throwIfEnded();
        backendSpared = true;
    }

    /** The connection to clamd is about to be closed or handed on by its owner. */
    synchronized void detach() {
        backend = null;
        phase = Phase.UNWATCHED;
    }

    /**
     * Has the session's thread wait for something that other sessions give back.
     *
     * @param withdraw ends the wait; called by another thread
     * @param wait waits, on the calling thread
     * @throws SessionEnd if the session had ended before the wait
     */
    <T> T await(Runnable withdraw, Supplier<T> wait) throws SessionEnd {
        beginWait(withdraw);
        try {
            return wait.get();
        } finally {
            endWait();
        }
    }

    private synchronized void beginWait(Runnable withdraw) throws SessionEnd {
        throwIfEnded();
        phase = Phase.UNWATCHED;
        withdrawal = withdraw;
    }

    private synchronized void endWait() {
        withdrawal = null;
    }

    /** The session is about to ask clamd for something: work that is worth finishing. */
    synchronized void beginWork() throws SessionEnd {
        throwIfEnded();
        working = true;
    }

    /**
     * The request was answered, and the guest may send another one. What ended the request has not
     * ended the session, unless another thread stopped it.
     */
    synchronized void rest() {
        phase = Phase.UNWATCHED;
        working = false;
        backendSpared = false;
        leaving = false;
        expired = false;
        if (stopReason == null) {
            stopReason = stopAtRest;
        }
    }

    /**
     * Like {@link #stop}, but a session that has begun to work answers its request first, and one
     * that is being stopped already is left alone. Any thread.
     *
     * @return whether this call stopped it
     */
    synchronized boolean stopIfIdle(Termination reason) {
        if (working && stopAtRest == null) {
            stopAtRest = reason;
        }
        if (working || stopReason != null) {
            return false;
        }
        stop(reason);
        return true;
    }

    /**
     * Ends the session for {@code reason}; the first reason counts. One that reads from its guest
     * is woken by {@link #check}, if it does not see the reason by itself. Any thread.
     */
    synchronized void stop(Termination reason) {
        if (stopReason != null) {
            return;
        }
        stopReason = reason;
        if (withdrawal != null) {
            withdrawal.run();
        }
        wake(Phase.BACKEND);
        if (reason == Termination.GUEST_STOPPED) {
            // nobody is left to tell
            wake(Phase.GUEST_INPUT);
            wake(Phase.GUEST_OUTPUT);
        }
    }

    /**
     * Marks a session that is late, or stopped while it reads, and wakes it only if the mark was
     * there at the look before. A guest that goes on sending lets its session see the mark by
     * itself; woken, it could not be read to its end any more, and would find its connection broken
     * before our text.
     */
    @Override
    public synchronized void check(long nowNanos) {
        if (stopReason != null && phase == Phase.GUEST_INPUT && !leaving) {
            if (stopSeen) {
                wake(phase);
            }
            stopSeen = true;
            return;
        }
        if (phase == Phase.UNWATCHED || nowNanos - deadlineNanos < 0) {
            return;
        }
        if (expired) {
            wake(phase);
        }
        expired = true;
    }

    @GuardedBy("this")
    private void wake(Phase blockedOn) {
        switch (blockedOn) {
            case UNWATCHED -> {}
            case GUEST_INPUT -> guest.shutdownInput();
            case GUEST_OUTPUT -> guest.shutdownOutput();
            case BACKEND -> {
                if (backend != null && backendSpared) {
                    backend.interrupt();
                } else if (backend != null) {
                    backend.shutdownInput();
                    backend.shutdownOutput();
                }
            }
        }
    }
}
