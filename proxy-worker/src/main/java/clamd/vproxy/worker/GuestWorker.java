package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.Arrival;
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
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>{@link #accept} serves a new connection, lets it wait or refuses it. The worker reconsiders
 * waiting connections when a session ends, when the policy or the admission changes, when it is the
 * guest's turn in its tenant's line, and at each {@link #check}.
 *
 * <p>Thread-safe, guarded by itself; the lock is never held while a socket is read or written, nor
 * while the listener is called. The locks of {@link TenantShare} and {@link HostConnections} are
 * taken under it; {@link TenantShare#serveNext} takes other workers' locks, so it is called with
 * none held.
 */
public final class GuestWorker implements Watched {
    private static final Logger log = LoggerFactory.getLogger(GuestWorker.class);

    private static final int MAX_THREADS_PER_CONNECTION = 2;

    /**
     * The interval at which a waiting request checks whether its turn has come, in milliseconds.
     */
    private static final long TURN_LOOK_MILLIS = 50;

    private final String domain;
    private final SessionContext context;
    private final HostConnections host;
    private final SessionListener listener;
    private final RefusalLane refusals;
    private final ThreadPoolExecutor threads;

    /**
     * Represents the guest in the tenant's line; always the same object, which the line compares.
     */
    private final Runnable turn = this::takeTurn;

    /** Represents the further requests of the guest's IDSESSIONs in the tenant's line. */
    private final Runnable requestTurn = this::wakeRequests;

    @GuardedBy("this")
    private final AdmissionRules rules;

    /**
     * The quotas and rates of the guest; replaced when its policy, its tenant or the tenant's
     * limits change.
     */
    @GuardedBy("this")
    private GuestShare share;

    /** The waiting connections, in the order in which they were accepted. */
    @GuardedBy("this")
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    /** The sessions by number, in the order in which they began. */
    @GuardedBy("this")
    private final Map<Long, Served> sessions = new LinkedHashMap<>();

    /** The number of sessions that count for the quota. */
    @GuardedBy("this")
    private int inService;

    /** The number of accepted connections whose end was not yet reported to the listener. */
    @GuardedBy("this")
    private int unfinished;

    @GuardedBy("this")
    private boolean outOfThreads;

    /** A connection and its lease, by which it counts for the host's limit. */
    private record Connection(Arrival arrival, HostConnections.Lease lease) {}

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
        this.rules = new AdmissionRules(policy, now());
        this.share = GuestShare.of(guest, policy, dailyUsage, tenant, context);
        this.threads = WorkerThreads.pool(domain);
        this.refusals = new RefusalLane(domain + "#refusing", this::refused);
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
            rules.setPolicy(next, now());
            before = share.tenant();
            if (!tenant.equals(before)) {
                before.addWaiting(-waiting.size());
                before.leaveLine(turn);
                before.leaveLine(requestTurn);
                tenant.addWaiting(waiting.size());
            }
            tenant.setLimits(next.tenant().limits());
            share = share.in(tenant, next.tenant());
            share.byteRate().change(next.limits().maxByteRate());
            if (next.denied()) {
                refuseWaiting(Termination.GUEST_DENIED);
            }
            serveWaiting();
        }
        refusals.settle();
        before.serveNext();
        tenant.serveNext();
    }

    /** Returns the quotas and rates that the guest shares with its tenant's other guests. */
    public synchronized TenantShare tenant() {
        return share.tenant();
    }

    /**
     * Decides whether new connections and requests are served, wait or are refused from now on;
     * existing ones continue.
     */
    public synchronized void setAdmission(Admission next) {
        rules.setAdmission(next);
        serveWaiting();
    }

    /** Takes ownership of a connection, to serve or to refuse it. Returns immediately. */
    public void accept(StreamSocket socket) {
        long number = host.nextSessionNumber();
        HostConnections.@Nullable Lease lease;
        synchronized (this) {
            TenantShare tenant = share.tenant();
            Arrival arrival =
                    new Arrival(
                            number,
                            socket,
                            now(),
                            connections() + 1,
                            tenant.inService() + tenant.waiting() + 1);
            unfinished++;
            lease = admit(arrival);
        }
        if (lease != null) {
            lease.tellDisplaced();
        }
        refusals.settle();
    }

    @GuardedBy("this")
    private HostConnections.@Nullable Lease admit(Arrival arrival) {
        AdmissionDecision decision = AdmissionDecision.decide(load());
        if (decision instanceof AdmissionDecision.Refuse(Termination reason)) {
            refusals.decide(session(arrival), reason, Optional.empty());
            return null;
        }
        long number = arrival.number();
        HostConnections.Lease lease =
                host.tryTake(share.owner(), () -> stopSession(number, Termination.HOST_LIMIT));
        if (lease == null) {
            refusals.decide(session(arrival), Termination.HOST_LIMIT, Optional.empty());
            return null;
        }
        Connection connection = new Connection(arrival, lease);
        TenantShare tenant = share.tenant();
        boolean serve = decision instanceof AdmissionDecision.Serve;
        if (serve && start(connection)) {
            return lease;
        }
        if (serve && sessions.isEmpty() && outOfThreads) {
            // without any session, no session's end would serve this connection later
            refuse(connection, Termination.HOST_LIMIT, Optional.empty());
        } else if (tenant.isInLine(turn) && waiting.size() >= load().maxWaiting()) {
            refuseLate(connection);
        } else if (tenant.tryWait()) {
            waiting.add(connection);
        } else {
            refuse(
                    connection,
                    isForTenant() ? reason(tenant.shortage()) : load().reason(),
                    Optional.of(tenant.reason(tenant.waitingShortage())));
        }
        if (waiting.isEmpty()) {
            tenant.leaveLine(turn);
        }
        return lease;
    }

    /**
     * Refuses a connection that may not wait, or not any longer, and names the limit that it
     * exceeds.
     */
    @GuardedBy("this")
    private void refuseLate(Connection connection) {
        Limit limit = share.tenant().shortage();
        if (isForTenant()) {
            refuse(connection, reason(limit), Optional.of(share.tenant().reason(limit)));
        } else {
            refuse(connection, load().reason(), Optional.empty());
        }
    }

    /** Whether only the tenant's limits keep the guest's next connection waiting. */
    @GuardedBy("this")
    private boolean isForTenant() {
        return load().free() > 0 && share.tenant().isInLine(turn);
    }

    private static Termination reason(Limit limit) {
        return limit == Limit.MAX_CONNECTIONS ? Termination.QUOTA : Termination.CONNECTION_RATE;
    }

    /** Removes and returns the connection that has waited longest. */
    @GuardedBy("this")
    private Connection unqueue() {
        share.tenant().addWaiting(-1);
        notifyAll();
        return waiting.remove();
    }

    private synchronized void takeTurn() {
        serveWaiting();
    }

    private synchronized void wakeRequests() {
        notifyAll();
    }

    @GuardedBy("this")
    private AdmissionDecision.Load load() {
        return rules.load(inService, waiting.size(), now());
    }

    /** Serves waiting connections, as far as the quota, the rate and the administrator permit. */
    @GuardedBy("this")
    private void serveWaiting() {
        while (!waiting.isEmpty() && load().free() > 0 && start(waiting.peek())) {
            unqueue();
        }
        if (waiting.isEmpty() || load().free() == 0) {
            share.tenant().leaveLine(turn);
        }
    }

    /**
     * Hands a connection to a thread; returns false if the tenant's limits do not permit it or no
     * thread is available.
     */
    @GuardedBy("this")
    private boolean start(Connection connection) {
        if (sessions.size() >= MAX_THREADS_PER_CONNECTION * rules.limits().maxConnections()) {
            return false;
        }
        TenantShare tenant = share.tenant();
        if (!tenant.tryServe(turn)) {
            return false;
        }
        long number = connection.arrival.number();
        try {
            Session session = session(connection.arrival);
            Served served = new Served(session, rules.policy(), tenant, connection.lease);
            sessions.put(number, served);
            threads.execute(served);
        } catch (OutOfMemoryError e) {
            sessions.remove(number);
            tenant.undoServe();
            if (!outOfThreads) {
                // log once only, because this is retried as long as a connection waits
                log.atWarn()
                        .addKeyValue("domain", domain)
                        .log("no further thread for this guest: {}", e.getMessage());
            }
            outOfThreads = true;
            return false;
        }
        outOfThreads = false;
        connection.lease.serve();
        inService++;
        rules.countServed(now());
        return true;
    }

    /** A session in service. Confined to the session's thread. */
    private final class Served implements Runnable, SessionService {
        private final Session session;
        private final GuestPolicy begun;
        private final TenantShare tenant;
        private final HostConnections.Lease lease;
        private boolean counts = true;

        Served(
                Session session,
                GuestPolicy begun,
                TenantShare tenant,
                HostConnections.Lease lease) {
            this.session = session;
            this.begun = begun;
            this.tenant = tenant;
            this.lease = lease;
        }

        @Override
        public void run() {
            try {
                SessionResult result = session.run(this, WorkerThreads.scratch());
                answered();
                listener.ended(begun, result);
            } finally {
                answered();
                finished(session);
            }
        }

        @Override
        public boolean mayWork() {
            return lease.keep();
        }

        @Override
        public Terms terms() {
            return GuestWorker.this.terms();
        }

        @Override
        public Optional<Termination> awaitTurn() {
            try {
                return GuestWorker.this.awaitTurn(session);
            } finally {
                // the next guest in the line may be another one
                tenant().serveNext();
            }
        }

        @Override
        public void requestEnded(GuestPolicy served, SessionResult result) {
            lease.rest();
            listener.ended(served, result);
        }

        @Override
        public void answered() {
            if (counts) {
                counts = false;
                lease.close();
                tenant.leaveService();
                leaveService();
                tenant.serveNext();
            }
        }
    }

    /**
     * Waits until a further request of a session may be served, by the rules for a further
     * connection.
     *
     * @return why the request is refused; empty if it may be served
     */
    private synchronized Optional<Termination> awaitTurn(Session session) {
        Limits limits = rules.limits();
        long deadline = now() + (limits.queue() ? limits.queueTimeout().toNanos() : 0);
        Optional<Termination> refusal = session.stopReason();
        while (refusal.isEmpty()) {
            switch (nextTurn()) {
                case AdmissionDecision.Serve _ -> {
                    rules.countServed(now());
                    return Optional.empty();
                }
                case AdmissionDecision.Refuse(Termination reason) -> refusal = Optional.of(reason);
                case AdmissionDecision.Wait _ -> refusal = awaitNextLook(session, deadline);
            }
        }
        share.tenant().leaveLine(requestTurn);
        return refusal;
    }

    @GuardedBy("this")
    private Optional<Termination> awaitNextLook(Session session, long deadline) {
        if (now() - deadline >= 0) {
            AdmissionDecision.Load load = rules.load(0, 0, now());
            // if the guest's own limits admit the request, it waited for the tenant's connection
            // rate
            return Optional.of(load.free() > 0 ? Termination.CONNECTION_RATE : load.reason());
        }
        try {
            TimeUnit.MILLISECONDS.timedWait(this, TURN_LOOK_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.of(Termination.SHUTDOWN);
        }
        return session.stopReason();
    }

    /**
     * Decides about a waiting request, and counts it for the tenant once the guest's own limits
     * admit it.
     */
    @GuardedBy("this")
    private AdmissionDecision nextTurn() {
        AdmissionDecision decision = rules.turn(now());
        return decision instanceof AdmissionDecision.Serve
                        && !share.tenant().tryRequest(requestTurn)
                ? new AdmissionDecision.Wait()
                : decision;
    }

    private synchronized void leaveService() {
        inService--;
        serveWaiting();
    }

    private synchronized void finished(Session session) {
        sessions.remove(session.number());
        serveWaiting();
        finishOne();
    }

    @GuardedBy("this")
    private void finishOne() {
        unfinished--;
        if (unfinished == 0 && threads.isShutdown()) {
            forgetVerdicts();
        }
        notifyAll();
    }

    /** Forgets the verdicts of this run, because no later run may use them. */
    @GuardedBy("this")
    private void forgetVerdicts() {
        Object guest = share.owner().guest();
        context.memory().ifPresent(memory -> memory.clearGuest(guest));
    }

    @GuardedBy("this")
    private Session session(Arrival connection) {
        return new Session(connection, share, rules.limits(), context);
    }

    @GuardedBy("this")
    private void refuse(Connection connection, Termination reason, Optional<String> detail) {
        // the lane has its own bound, so refused connections need not count for the host
        connection.lease.close();
        refusals.decide(session(connection.arrival), reason, detail);
    }

    private void refused(SessionResult result) {
        try {
            listener.ended(policy(), result);
        } finally {
            synchronized (this) {
                finishOne();
            }
        }
    }

    private synchronized GuestPolicy policy() {
        return rules.policy();
    }

    private synchronized SessionService.Terms terms() {
        return new SessionService.Terms(rules.policy(), share);
    }

    /** Returns the number of this guest's connections in service or waiting. */
    public synchronized int connections() {
        return inService + waiting.size();
    }

    /** Returns the numbers of this guest's connections in service and waiting. */
    public synchronized ConnectionCount connectionCount() {
        return new ConnectionCount(inService, waiting.size());
    }

    /** Returns a view of each session, followed by the waiting connections. */
    public synchronized List<SessionView> sessions() {
        long now = now();
        return Stream.concat(
                        sessions.values().stream().map(served -> served.session.view()),
                        waiting.stream().map(each -> SessionView.waiting(each.arrival, now)))
                .toList();
    }

    /**
     * Serves the waiting connections that the connection rate now admits, and refuses those that
     * have waited for longer than the queue timeout.
     */
    @Override
    public void check(long nowNanos) {
        synchronized (this) {
            serveWaiting();
            long timeout = rules.limits().queueTimeout().toNanos();
            Connection first;
            while ((first = waiting.peek()) != null
                    && nowNanos - first.arrival.acceptedNanos() >= timeout) {
                refuseLate(unqueue());
            }
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
            rules.close(reason);
            refuseWaiting(reason);
            sessions.values().forEach(served -> served.session.stopIfIdle(reason));
            threads.shutdown();
            forgetVerdicts();
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
            refuseWaiting(reason);
            sessions.values().forEach(served -> served.session.stop(reason));
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
            Served served = sessions.get(number);
            Optional<Connection> connection =
                    waiting.stream().filter(each -> each.arrival.number() == number).findFirst();
            connection.ifPresent(each -> {
                waiting.remove(each);
                share.tenant().addWaiting(-1);
                refuse(each, reason, Optional.empty());
            });
            if (served != null) {
                served.session.stop(reason);
            }
            found = served != null || connection.isPresent();
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

    @GuardedBy("this")
    private void refuseWaiting(Termination reason) {
        while (!waiting.isEmpty()) {
            refuse(unqueue(), reason, Optional.empty());
        }
        share.tenant().leaveLine(turn);
    }

    /**
     * Waits until all connections have ended and the listener was called for each one.
     *
     * @return false if connections remain after {@code limit}
     */
    public synchronized boolean awaitEnd(Duration limit) throws InterruptedException {
        long deadline = now() + limit.toNanos();
        long left = limit.toNanos();
        while (unfinished > 0 && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - now();
        }
        return unfinished == 0;
    }

    /**
     * Waits until no connection is waiting: every connection is in service or has ended.
     *
     * @return false if connections are still waiting after {@code limit}
     */
    public synchronized boolean awaitTurns(Duration limit) throws InterruptedException {
        long deadline = now() + limit.toNanos();
        long left = limit.toNanos();
        while (!waiting.isEmpty() && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - now();
        }
        return waiting.isEmpty();
    }

    /** Returns the domain's name. */
    public String domain() {
        return domain;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
