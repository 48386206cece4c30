package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionService;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Watched;
import clamd.vproxy.worker.shares.TenantShare;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves one run of one guest. The worker serves as many sessions at a time as the connection quota
 * permits, each on a thread named {@code <domain>#<n>}. Further connections, and those that exceed
 * the connection rate, wait for up to the queue timeout if the policy permits it, and are then
 * refused. Waiting is preferred because a refused connection is an unscanned file.
 *
 * <p>A session whose guest has its answer no longer counts for the quota, because it only waits for
 * the guest to close. To bound such sessions, too, a guest has at most twice as many threads as its
 * quota.
 *
 * <p>{@link #accept} serves a new connection, lets it wait or refuses it, as {@link GuestQueue}
 * decides. The worker reconsiders waiting connections when a session ends, when the policy or the
 * admission changes, when it is the guest's turn in its tenant's line, and at each {@link #check}.
 *
 * <p>Thread-safe, guarded by itself; the lock is never held while a socket is read or written, nor
 * while the listener is called. {@link TenantShare#serveNext} takes other workers' locks, so it is
 * called with none held.
 */
public final class GuestWorker implements Watched {
    private final String domain;
    private final SessionContext context;
    private final HostConnections host;
    private final SessionListener listener;
    private final RefusalLane refusals;

    /** Where the further requests of the guest's IDSESSIONs wait. */
    private final RequestTurns requests;

    @GuardedBy("this")
    private final GuestQueue queue;

    /**
     * Creates a worker without threads yet.
     *
     * @param domain the domain's name, used for the names of threads
     * @param guest identifies this run of the guest by {@code equals}
     * @param tenant the quotas and rates that all guests of the tenant share
     * @param dailyUsage counts this guest's daily usage over all its runs
     */
    public GuestWorker(
            String domain,
            Object guest,
            TenantShare tenant,
            GuestPolicy policy,
            DailyUsage dailyUsage,
            SessionContext context,
            HostConnections host,
            SessionListener listener) {
        this.domain = domain;
        this.context = context;
        this.host = host;
        this.listener = listener.contained();
        this.requests = new RequestTurns(this::nextTurn, this::lateRequest, context.nanoClock());
        this.refusals = new RefusalLane(domain + "#refusing", this::refused);
        this.queue =
                new GuestQueue(
                        domain,
                        this,
                        policy,
                        GuestShare.of(guest, policy, dailyUsage, tenant, context),
                        new GuestQueue.Turns(this::serveWaiting, requests::lookAgain),
                        context,
                        host,
                        this.listener,
                        refusals);
        tenant.setLimits(policy.tenant().limits());
        context.watchdog().watch(this);
    }

    /**
     * Sets the policy for the sessions and requests that begin from now on, including waiting
     * connections. If the policy denies the guest, waiting connections are refused. A request that
     * is being served keeps the policy under which it began.
     *
     * @param tenant the quotas and rates that all guests of the policy's tenant share
     */
    public void setPolicy(GuestPolicy next, TenantShare tenant) {
        TenantShare before;
        synchronized (this) {
            before = queue.tenant();
            queue.setPolicy(next, tenant);
            notifyAll();
        }
        refusals.settle();
        before.serveNext();
        tenant.serveNext();
    }

    /** Returns the quotas and rates that the guest shares with its tenant's other guests. */
    public synchronized TenantShare tenant() {
        return queue.tenant();
    }

    /**
     * Decides whether new connections and requests are served, wait or are refused from now on;
     * existing ones continue.
     */
    public synchronized void setAdmission(Admission next) {
        queue.rules().setAdmission(next);
        serveWaiting();
    }

    /** Takes ownership of a connection, to serve or to refuse it. Returns immediately. */
    public void accept(StreamSocket socket) {
        long number = host.nextSessionNumber();
        HostConnections.@Nullable Lease lease;
        synchronized (this) {
            lease = queue.admit(number, socket);
        }
        if (lease != null) {
            lease.tellDisplaced();
        }
        refusals.settle();
    }

    /** Serves what the guest's own limits and its tenant's permit now. */
    private synchronized void serveWaiting() {
        queue.serveWaiting();
        notifyAll();
    }

    synchronized void leaveService() {
        queue.leaveService();
        notifyAll();
    }

    synchronized void finished(SessionInService session) {
        queue.ended(session);
        notifyAll();
    }

    private void refused(SessionResult result) {
        try {
            listener.ended(policy(), result);
        } finally {
            synchronized (this) {
                queue.reported();
                notifyAll();
            }
        }
    }

    private synchronized GuestPolicy policy() {
        return queue.rules().policy();
    }

    synchronized SessionService.Terms terms() {
        return queue.terms();
    }

    /**
     * Waits until a further request of a session may be served, by the rules for a further
     * connection.
     *
     * @return why the request is refused; empty if it may be served
     */
    Optional<Termination> awaitTurn(Session session) {
        Duration limit;
        synchronized (this) {
            limit = queue.longestRequestWait();
        }
        Optional<Termination> refusal = requests.await(session, limit);
        if (refusal.isPresent()) {
            synchronized (this) {
                queue.leaveRequestLine();
            }
        }
        return refusal;
    }

    private synchronized AdmissionDecision nextTurn() {
        return queue.nextTurn();
    }

    private synchronized Termination lateRequest() {
        return queue.lateRequest();
    }

    /** Returns the number of this guest's connections in service or waiting. */
    public int connections() {
        ConnectionCount count = connectionCount();
        return count.inService() + count.waiting();
    }

    /** Returns the numbers of this guest's connections in service and waiting. */
    public synchronized ConnectionCount connectionCount() {
        GuestConnections all = queue.connections();
        return new ConnectionCount(all.inService(), all.waiting());
    }

    /** Returns a view of each session, followed by the waiting connections. */
    public synchronized List<SessionView> sessions() {
        return queue.connections().views(now());
    }

    /**
     * Serves the waiting connections that the connection rate now admits, and refuses those that
     * have waited for longer than the queue timeout.
     */
    @Override
    public void check(long nowNanos) {
        synchronized (this) {
            queue.serveWaiting();
            queue.refuseExpired(nowNanos);
            notifyAll();
        }
        refusals.settle();
        tenant().serveNext();
    }

    /**
     * Refuses further connections and ends the sessions that have no request at clamd; the other
     * sessions finish.
     */
    public void drain(Termination reason) {
        synchronized (this) {
            queue.drain(reason);
            notifyAll();
        }
        refusals.settle();
    }

    /**
     * Ends all sessions and waiting connections soon; the guest may still connect.
     *
     * @return the number of connections that were in service or waiting
     */
    public int stopSessions(Termination reason) {
        int count;
        synchronized (this) {
            count = connections();
            queue.stop(reason);
            notifyAll();
        }
        refusals.settle();
        return count;
    }

    /**
     * Ends one session soon.
     *
     * @param number the session's number
     * @return whether the guest has this session; a connection that is already being refused does
     *     not count
     */
    public boolean stopSession(long number, Termination reason) {
        boolean found;
        synchronized (this) {
            found = queue.stop(number, reason);
            notifyAll();
        }
        refusals.settle();
        return found;
    }

    /** Refuses further connections, and ends all sessions and waiting connections soon. */
    public void stop(Termination reason) {
        drain(reason);
        stopSessions(reason);
        context.watchdog().unwatch(this);
    }

    /**
     * Waits until all connections have ended and the listener was called for each one.
     *
     * @return false if connections remain after {@code limit}
     */
    public synchronized boolean awaitEnd(Duration limit) throws InterruptedException {
        GuestConnections all = queue.connections();
        return await(all::isFinished, limit);
    }

    /**
     * Waits until no connection is waiting: every connection is in service or has ended.
     *
     * @return false if connections are still waiting after {@code limit}
     */
    public synchronized boolean awaitTurns(Duration limit) throws InterruptedException {
        GuestConnections all = queue.connections();
        return await(all::isNoneWaiting, limit);
    }

    @GuardedBy("this")
    private boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadline = now() + limit.toNanos();
        long left = limit.toNanos();
        while (!condition.getAsBoolean() && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - now();
        }
        return condition.getAsBoolean();
    }

    /** Returns the domain's name. */
    public String domain() {
        return domain;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
