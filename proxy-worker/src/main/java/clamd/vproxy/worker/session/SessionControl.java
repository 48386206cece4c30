package clamd.vproxy.worker.session;

import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.net.StreamSocket;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets other threads stop a session or end it at its deadline. They only mark the session and wake
 * its thread, either by shutting down the socket on which it may be blocked, or by interrupting its
 * read from a socket that must stay open. The session's thread then reads the mark and closes.
 *
 * <p>Thread-safe, guarded by itself. The lock makes a deadline exact: a check cannot end a session
 * that has proceeded in time.
 */
final class SessionControl implements Watched {
    /** The operation on which the session's thread may be blocked. */
    enum Phase {
        /** No operation whose deadline this class watches. */
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

    /** Ends the current wait for a resource that other sessions hold; null without such a wait. */
    @GuardedBy("this")
    private @Nullable Runnable withdrawal;

    @GuardedBy("this")
    private Phase phase = Phase.UNWATCHED;

    /** The deadline of the current phase. */
    @GuardedBy("this")
    private long deadlineNanos;

    /** How the session ends when its deadline passes. */
    @GuardedBy("this")
    private Termination onExpiry = Termination.INTERNAL_ERROR;

    /** Whether the watchdog has seen the deadline pass; at its next check it wakes the thread. */
    @GuardedBy("this")
    private boolean expired;

    /** Whether a request is at clamd or about to be sent; {@link #stopIfIdle} lets it finish. */
    @GuardedBy("this")
    private boolean working;

    /** Why another thread has stopped the session; the first reason counts. */
    @GuardedBy("this")
    private @Nullable Termination stopReason;

    /** Why the session is to stop after it has answered its current request. */
    @GuardedBy("this")
    private @Nullable Termination stopAtRest;

    /** Whether the watchdog has seen the session stopped but still reading. */
    @GuardedBy("this")
    private boolean stopSeen;

    /**
     * Whether the session sends its last line or lingers after it. {@link #check} then wakes the
     * session at its deadline, but not because of a stop.
     */
    @GuardedBy("this")
    private boolean leaving;

    SessionControl(StreamSocket guest) {
        this.guest = guest;
    }

    /**
     * Declares the operation on which the session's thread is about to block, its deadline, and how
     * the session ends at that deadline.
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
     * Like {@link #enter}, for the final output of a session that may be stopped or late already.
     */
    synchronized void enterFarewell(Phase next, long nextDeadlineNanos) {
        leaving = true;
        expired = false;
        phase = next;
        deadlineNanos = nextDeadlineNanos;
    }

    /** Cancels the current deadline, even if it has passed. */
    synchronized void forgetDeadline() {
        phase = Phase.UNWATCHED;
        expired = false;
    }

    /**
     * Checks whether the session was woken by another thread rather than by its peer.
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

    /** Returns the reason for which another thread has ended the session, if one has. */
    synchronized Optional<Termination> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /** Sets the connection to clamd, so that it can be shut down; the session still owns it. */
    synchronized void attach(ClamdConnection connection) throws SessionEnd {
        throwIfEnded();
        backend = connection;
    }

    /**
     * Protects the connection to clamd: from now on the session's thread is woken by an interrupt
     * and not by a shutdown, because the open connection later shows when clamd has finished.
     */
    synchronized void spareBackend() throws SessionEnd {
        throwIfEnded();
        backendSpared = true;
    }

    /** Forgets the connection to clamd, which its owner is about to close or hand over. */
    synchronized void detach() {
        backend = null;
        phase = Phase.UNWATCHED;
    }

    /**
     * Runs a wait for a resource that other sessions release.
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

    /**
     * Marks the session as working: it is about to send a request to clamd, which is worth
     * finishing.
     */
    synchronized void beginWork() throws SessionEnd {
        throwIfEnded();
        working = true;
    }

    /**
     * Resets the state after an answered request, so that the guest may send another one. The
     * session continues unless another thread has stopped it.
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
     * Like {@link #stop}, but a session that has begun to work answers its request first, and a
     * session that is stopping already is unaffected. Any thread.
     *
     * @return whether this call stopped the session
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
     * Ends the session for {@code reason}; the first reason counts. {@link #check} wakes a session
     * that is reading from its guest, unless the session notices the reason earlier. Any thread.
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
            // no guest is left to receive a line
            wake(Phase.GUEST_INPUT);
            wake(Phase.GUEST_OUTPUT);
        }
    }

    /**
     * Marks a session that is late, or that was stopped while it reads, and wakes it only if the
     * previous check had marked it already. While a guest continues to send, its session notices
     * the mark without being woken. Waking it shuts down the input: the guest's data could then not
     * be read to its end, and the guest would see a broken connection before it reads the daemon's
     * line.
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
