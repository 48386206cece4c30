package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Watched;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves one run of one guest: at most as many sessions at a time as its connection quota, each on
 * a thread of its own named {@code <domain>#<n>}. Further connections, and those that come faster
 * than they may, wait for the queue timeout, unless the policy lets nobody wait, then are refused:
 * queue first, refuse last, for a refused connection is a file that nobody scanned.
 *
 * <p>Threads are started when there is something to do and end when there was nothing for a while.
 * Thread-safe, guarded by itself; the lock is never held while a socket is read or written.
 */
public final class GuestWorker implements Watched {
    private static final Duration IDLE_THREAD_LIMIT = Duration.ofSeconds(10);

    private final String domain;
    private final GuestShare share;
    private final SessionContext context;
    private final HostConnections host;
    private final SessionListener listener;
    private final Refusals refusals;

    @GuardedBy("this")
    private GuestPolicy policy;

    @GuardedBy("this")
    private final ConnectionQueue waiting;

    @GuardedBy("this")
    private final OpenSessions sessions = new OpenSessions();

    @GuardedBy("this")
    private final Scheduler scheduler;

    @GuardedBy("this")
    private final Gate gate = new Gate();

    /** How many wait for the end of everything, at this monitor; nobody else does. */
    @GuardedBy("this")
    private int awaitingEnd;

    /**
     * A worker without threads yet.
     *
     * @param domain the domain's name, for the threads' names
     * @param guestIdentity tells this run of the guest from all others by {@code equals}
     * @param dailyUsage what this guest uses, shared by all its runs
     */
    public GuestWorker(
            String domain,
            Object guestIdentity,
            GuestPolicy policy,
            DailyUsage dailyUsage,
            SessionContext context,
            HostConnections host,
            SessionListener listener) {
        this.domain = domain;
        this.policy = policy;
        this.context = context;
        this.host = host;
        this.listener = listener.contained();
        this.waiting = new ConnectionQueue(policy.limits(), now());
        this.share = GuestShare.of(guestIdentity, policy.limits(), dailyUsage, context);
        this.scheduler =
                new Scheduler(
                        waiting,
                        sessions,
                        new GuestThreads(domain, this::serveUntilIdle, this::threadLost),
                        this::begin,
                        context.nanoClock(),
                        policy.limits().maxConnections());
        this.refusals = new Refusals(domain + "#refusing", this::refused, this::wakeAtEnd);
        host.register(this);
        context.watchdog().watch(this);
    }

    /**
     * Lets the sessions that begin from now on have this policy, those that wait included. If it
     * denies the guest, those that wait are told so; sessions that run go on as they began.
     */
    public void setPolicy(GuestPolicy next) {
        synchronized (this) {
            policy = next;
            waiting.setLimits(next.limits(), now());
            share.byteRate().change(next.limits().maxByteRate());
            if (next.denied()) {
                refuseWaiting(Termination.GUEST_DENIED);
            }
            renewSchedule();
        }
        refusals.tell();
    }

    @GuardedBy("this")
    private void renewSchedule() {
        scheduler.renew(policy.limits().maxConnections());
    }

    /** Has connections that come from now on served, wait, or be refused; sessions go on. */
    public synchronized void setAdmission(Admission next) {
        gate.set(next);
        waiting.setPaused(next == Admission.PAUSED);
        renewSchedule();
    }

    /** Takes over a connection, to serve or to refuse it. Returns at once. */
    public void accept(StreamSocket socket) {
        long number = host.nextSessionNumber();
        long acceptedNanos = now();
        Optional<Termination> refusal = refusalAtOnce();
        // who is not to be served anyway must not make another guest give way
        boolean counted = refusal.isEmpty();
        if (counted && !host.admit(this)) {
            refusal = Optional.of(Termination.HOST_LIMIT);
        }
        synchronized (this) {
            Arrival connection = new Arrival(number, socket, acceptedNanos, connections() + 1);
            Optional<Termination> reason = refusal.or(() -> enqueue(connection));
            if (reason.isPresent()) {
                if (counted) {
                    host.release();
                }
                refusals.decide(session(connection), reason.get());
            }
        }
        refusals.tell();
    }

    private synchronized Optional<Termination> refusalAtOnce() {
        return gate.refusal(policy).or(() -> waiting.refusal(sessions.size(), now()));
    }

    @GuardedBy("this")
    private Optional<Termination> enqueue(Arrival connection) {
        Optional<Termination> refusal = refusalAtOnce();
        if (refusal.isPresent()) {
            return refusal;
        }
        waiting.add(connection);
        return !scheduler.serveNext() && waiting.remove(connection)
                ? Optional.of(Termination.HOST_LIMIT)
                : Optional.empty();
    }

    private synchronized Turn begin(Arrival connection) {
        Turn turn = new Turn(session(connection), policy);
        sessions.add(turn.session());
        return turn;
    }

    private synchronized void wakeAtEnd() {
        if (awaitingEnd > 0) {
            notifyAll();
        }
    }

    private void serveUntilIdle(int thread, ByteBuffer scratch) {
        Turn turn;
        while ((turn = nextTurn(thread)) != null) {
            SessionResult result = turn.session().run(scratch);
            served(turn, result);
        }
    }

    private synchronized void threadLost(int thread) {
        scheduler.lost(thread);
    }

    /** Waits for a connection; null ends the thread. */
    private @Nullable Turn nextTurn(int thread) {
        long idleEnds = now() + IDLE_THREAD_LIMIT.toNanos();
        IdleThreads.Seat seat = new IdleThreads.Seat();
        while (true) {
            Scheduler.Next next = nextFor(thread, seat, idleEnds);
            if (next.nanosToWait() == 0) {
                return next.turn();
            }
            seat.await(next.nanosToWait());
            Turn called = seat.turn();
            if (called != null) {
                return called;
            }
        }
    }

    private synchronized Scheduler.Next nextFor(int thread, IdleThreads.Seat seat, long idleEnds) {
        return scheduler.nextFor(thread, seat, idleEnds, !gate.isClosed());
    }

    @GuardedBy("this")
    private Session session(Arrival connection) {
        return new Session(connection, share, policy.limits(), context);
    }

    @GuardedBy("this")
    private void refuse(Arrival connection, Termination reason) {
        // the lane has a bound of its own, so that refusals cannot fill the host
        host.release();
        refusals.decide(session(connection), reason);
    }

    private void served(Turn turn, SessionResult result) {
        synchronized (this) {
            sessions.end(turn.session());
        }
        host.release();
        try {
            listener.ended(turn.policy(), result);
        } finally {
            synchronized (this) {
                sessions.ended();
                wakeAtEnd();
            }
        }
    }

    private void refused(SessionResult result) {
        GuestPolicy current;
        synchronized (this) {
            current = policy;
        }
        listener.ended(current, result);
    }

    /** How many connections of this guest are in service or waiting. */
    public synchronized int connections() {
        return sessions.size() + waiting.size();
    }

    /** The same, told apart. */
    public synchronized ConnectionCount connectionCount() {
        return new ConnectionCount(sessions.size(), waiting.size());
    }

    /** Each of them as it is now, those that wait last. */
    public synchronized List<SessionView> sessions() {
        return Stream.concat(sessions.views(), waiting.views(now())).toList();
    }

    /**
     * Sends one connection away that has cost nothing yet: the one that has waited least, else one
     * that has asked clamd for nothing.
     *
     * @return whether there was one
     */
    boolean giveWay() {
        boolean gaveWay = chooseOneToGiveWay();
        refusals.tell();
        return gaveWay;
    }

    private synchronized boolean chooseOneToGiveWay() {
        Arrival last = waiting.pollLast();
        if (last != null) {
            refuse(last, Termination.HOST_LIMIT);
            return true;
        }
        return sessions.stopOneIfIdle(Termination.HOST_LIMIT);
    }

    /**
     * Refuses the connections that have waited for longer than the queue timeout, and looks whether
     * others can be served that nobody looks after.
     */
    @Override
    public void check(long nowNanos) {
        synchronized (this) {
            Arrival late;
            while ((late = waiting.pollLate(nowNanos)) != null) {
                refuse(late, waiting.lateReason(nowNanos));
            }
            if (waiting.size() > 0) {
                boolean _ = scheduler.serveNext();
            }
        }
        refusals.tell();
    }

    /**
     * Takes no more connections and lets go those that have asked clamd for nothing; the others go
     * on to their end.
     */
    public void drain(Termination reason) {
        synchronized (this) {
            gate.close(reason);
            refuseWaiting(reason);
            sessions.stopIdle(reason);
            renewSchedule();
        }
        refusals.tell();
    }

    /**
     * Ends the sessions that there are, soon; the guest may go on connecting.
     *
     * @return how many there were, those that waited included
     */
    public int stopSessions(Termination reason) {
        int count;
        synchronized (this) {
            count = connections();
            refuseWaiting(reason);
            sessions.stopAll(reason);
        }
        refusals.tell();
        return count;
    }

    /**
     * Ends this session, soon.
     *
     * @param number its number
     * @return whether the guest has it; one that is being refused already does not count
     */
    public boolean stopSession(long number, Termination reason) {
        boolean found;
        synchronized (this) {
            Arrival connection = waiting.remove(number);
            if (connection != null) {
                refuse(connection, reason);
            }
            found = connection != null || sessions.stop(number, reason);
        }
        refusals.tell();
        return found;
    }

    /** Ends everything soon: no more connections, and the sessions that there are are stopped. */
    public void stop(Termination reason) {
        drain(reason);
        stopSessions(reason);
        host.unregister(this);
        context.watchdog().unwatch(this);
    }

    @GuardedBy("this")
    private void refuseWaiting(Termination reason) {
        Arrival first;
        while ((first = waiting.pollFirst()) != null) {
            refuse(first, reason);
        }
    }

    /**
     * Waits until no connection is left.
     *
     * @return false if some are still there when {@code limit} is over
     */
    public synchronized boolean awaitEnd(Duration limit) throws InterruptedException {
        long deadline = now() + limit.toNanos();
        long left = limit.toNanos();
        awaitingEnd++;
        try {
            while (isBusy() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - now();
            }
        } finally {
            awaitingEnd--;
        }
        return !isBusy();
    }

    @GuardedBy("this")
    private boolean isBusy() {
        return connections() + sessions.ending() + refusals.open() > 0;
    }

    /** The domain's name. */
    public String domain() {
        return domain;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
