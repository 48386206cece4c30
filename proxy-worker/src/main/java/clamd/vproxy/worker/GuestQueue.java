package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.worker.GuestConnections.Connection;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionService;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which connections of one guest are served, which wait and which are refused, and hands
 * those that are served to the guest's threads.
 *
 * <p>Not thread-safe; its worker guards it. The locks of {@link TenantShare} and {@link
 * HostConnections} are taken under the worker's. Refusals are only noted: the worker carries them
 * out by {@link RefusalLane#settle} when it holds no lock.
 */
final class GuestQueue {
    private static final Logger log = LoggerFactory.getLogger(GuestQueue.class);

    private static final int MAX_THREADS_PER_CONNECTION = 2;

    private final String domain;
    private final GuestWorker worker;
    private final SessionContext context;
    private final HostConnections host;
    private final SessionListener listener;
    private final RefusalLane refusals;
    private final ThreadPoolExecutor threads;
    private final Turns turns;
    private final AdmissionRules rules;
    private final GuestConnections connections = new GuestConnections();

    /**
     * The quotas and rates of the guest; replaced when its policy, its tenant or the tenant's
     * limits change.
     */
    private GuestShare share;

    private boolean outOfThreads;

    /**
     * Represents the guest in its tenant's line: always the same two objects, because the line
     * compares them.
     *
     * @param connection is run when it is the turn of a waiting connection
     * @param request is run when it is the turn of a further request of an IDSESSION
     */
    record Turns(Runnable connection, Runnable request) {}

    /**
     * @param domain the domain's name, used for the names of threads
     * @param worker runs the sessions
     */
    GuestQueue(
            String domain,
            GuestWorker worker,
            GuestPolicy policy,
            GuestShare share,
            Turns turns,
            SessionContext context,
            HostConnections host,
            SessionListener listener,
            RefusalLane refusals) {
        this.domain = domain;
        this.worker = worker;
        this.share = share;
        this.turns = turns;
        this.context = context;
        this.host = host;
        this.listener = listener;
        this.refusals = refusals;
        this.rules = new AdmissionRules(policy, now());
        this.threads = WorkerThreads.pool(domain);
    }

    AdmissionRules rules() {
        return rules;
    }

    GuestConnections connections() {
        return connections;
    }

    TenantShare tenant() {
        return share.tenant();
    }

    SessionService.Terms terms() {
        return new SessionService.Terms(rules.policy(), share);
    }

    /**
     * Sets the policy. If its tenant is another one, moves the waiting connections to that tenant's
     * line.
     */
    void setPolicy(GuestPolicy next, TenantShare tenant) {
        rules.setPolicy(next, now());
        TenantShare before = tenant();
        if (!tenant.equals(before)) {
            before.addWaiting(-connections.waiting());
            before.leaveLine(turns.connection);
            before.leaveLine(turns.request);
            tenant.addWaiting(connections.waiting());
        }
        tenant.setLimits(next.tenant().limits());
        share = share.in(tenant, next.tenant());
        share.byteRate().change(next.limits().maxByteRate());
        if (next.denied()) {
            refuseWaiting(Termination.GUEST_DENIED);
        }
        serveWaiting();
    }

    /**
     * Decides on a connection that has just been accepted.
     *
     * @return the lease by which the connection counts for the host's limit; null if it was refused
     *     at once
     */
    HostConnections.@Nullable Lease admit(long number, StreamSocket socket) {
        TenantShare tenant = tenant();
        int all = connections.inService() + connections.waiting() + 1;
        int tenantsAll = tenant.inService() + tenant.waiting() + 1;
        Arrival arrival = new Arrival(number, socket, now(), all, tenantsAll);
        connections.accepted();
        AdmissionDecision decision = AdmissionDecision.decide(load());
        if (decision instanceof AdmissionDecision.Refuse(Termination reason)) {
            refusals.decide(session(arrival), reason, Optional.empty());
            return null;
        }
        HostConnections.Lease lease =
                host.tryTake(
                        share.owner(), () -> worker.stopSession(number, Termination.HOST_LIMIT));
        if (lease == null) {
            refusals.decide(session(arrival), Termination.HOST_LIMIT, Optional.empty());
            return null;
        }
        boolean serve = decision instanceof AdmissionDecision.Serve;
        Connection connection = new Connection(arrival, lease);
        if (!serve || !start(connection)) {
            await(connection, serve);
        }
        return lease;
    }

    /** Queues a new connection, or refuses it if it may not wait. */
    private void await(Connection connection, boolean tried) {
        TenantShare tenant = tenant();
        if (tried && connections.sessions() == 0 && outOfThreads) {
            // there is no session whose end would serve this connection later
            refuse(connection, Termination.HOST_LIMIT, Optional.empty());
        } else if (tenant.isInLine(turns.connection)
                && connections.waiting() >= load().maxWaiting()) {
            refuseLate(connection);
        } else if (tenant.tryWait()) {
            connections.await(connection);
        } else {
            refuse(
                    connection,
                    isForTenant() ? reason(tenant.shortage()) : load().reason(),
                    Optional.of(tenant.reason(tenant.waitingShortage())));
        }
        if (connections.isNoneWaiting()) {
            tenant.leaveLine(turns.connection);
        }
    }

    /** Serves waiting connections, as far as the quota, the rate and the administrator permit. */
    void serveWaiting() {
        Connection first = connections.longestWaiting();
        while (first != null && load().free() > 0 && start(first)) {
            Connection _ = unqueue();
            first = connections.longestWaiting();
        }
        if (first == null || load().free() == 0) {
            tenant().leaveLine(turns.connection);
        }
    }

    /**
     * Hands a connection to a thread; returns false if the tenant's limits do not permit it or no
     * thread is available.
     */
    private boolean start(Connection connection) {
        if (connections.sessions()
                >= MAX_THREADS_PER_CONNECTION * rules.limits().maxConnections()) {
            return false;
        }
        TenantShare tenant = tenant();
        if (!tenant.tryServe(turns.connection)) {
            return false;
        }
        HostConnections.Lease lease = connection.lease();
        Session session = session(connection.arrival());
        var served = new SessionInService(worker, listener, session, rules.policy(), tenant, lease);
        connections.add(served);
        try {
            threads.execute(served);
        } catch (OutOfMemoryError e) {
            connections.remove(served);
            tenant.undoServe();
            if (!outOfThreads) {
                // log once only, because this is retried as long as a connection waits
                log.atWarn()
                        .addKeyValue("domain", domain)
                        .log("cannot start another thread for this guest: {}", e.getMessage());
            }
            outOfThreads = true;
            return false;
        }
        outOfThreads = false;
        lease.serve();
        connections.enterService();
        rules.countServed(now());
        return true;
    }

    /** Stops counting a session for the quota: its guest has its answer. */
    void leaveService() {
        connections.leaveService();
        serveWaiting();
    }

    void ended(SessionInService session) {
        connections.remove(session);
        serveWaiting();
        reported();
    }

    /** Records that the end of a connection was reported to the listener. */
    void reported() {
        connections.finished();
        if (connections.isFinished() && threads.isShutdown()) {
            forgetVerdicts();
        }
    }

    /** Forgets the verdicts remembered for this run of the guest; a later run may not use them. */
    private void forgetVerdicts() {
        Object guest = share.owner().guest();
        context.memory().ifPresent(memory -> memory.clearGuest(guest));
    }

    /** Refuses further connections, and ends the sessions that have no request at clamd. */
    void drain(Termination reason) {
        rules.close(reason);
        refuseWaiting(reason);
        connections.stopIdle(reason);
        threads.shutdown();
        forgetVerdicts();
    }

    /** Ends all sessions and waiting connections soon. */
    void stop(Termination reason) {
        refuseWaiting(reason);
        connections.stop(reason);
    }

    /**
     * Ends one session, or waiting connection, soon.
     *
     * @return whether a session or waiting connection had this number
     */
    boolean stop(long number, Termination reason) {
        Optional<Connection> waiting = connections.unqueue(number);
        if (waiting.isPresent()) {
            tenant().addWaiting(-1);
            refuse(waiting.get(), reason, Optional.empty());
        }
        SessionInService served = connections.session(number);
        if (served != null) {
            served.session().stop(reason);
        }
        return served != null || waiting.isPresent();
    }

    /** Refuses the connections that have waited for longer than the queue timeout. */
    void refuseExpired(long nowNanos) {
        long timeout = rules.limits().queueTimeout().toNanos();
        Connection first = connections.longestWaiting();
        while (first != null && nowNanos - first.arrival().acceptedNanos() >= timeout) {
            refuseLate(unqueue());
            first = connections.longestWaiting();
        }
    }

    private void refuseWaiting(Termination reason) {
        while (!connections.isNoneWaiting()) {
            refuse(unqueue(), reason, Optional.empty());
        }
        tenant().leaveLine(turns.connection);
    }

    /** Removes and returns the connection that has waited longest. */
    private Connection unqueue() {
        tenant().addWaiting(-1);
        return connections.unqueue();
    }

    /**
     * Refuses a connection that may not wait, or has waited too long, and names the limit that it
     * exceeds.
     */
    private void refuseLate(Connection connection) {
        Limit limit = tenant().shortage();
        if (isForTenant()) {
            refuse(connection, reason(limit), Optional.of(tenant().reason(limit)));
        } else {
            refuse(connection, load().reason(), Optional.empty());
        }
    }

    private void refuse(Connection connection, Termination reason, Optional<String> detail) {
        // the lane has its own bound, so refused connections need not count for the host
        connection.lease().close();
        refusals.decide(session(connection.arrival()), reason, detail);
    }

    /** Whether only the tenant's limits keep the guest's next connection waiting. */
    private boolean isForTenant() {
        return load().free() > 0 && tenant().isInLine(turns.connection);
    }

    private static Termination reason(Limit limit) {
        return limit == Limit.MAX_CONNECTIONS ? Termination.QUOTA : Termination.CONNECTION_RATE;
    }

    /** Returns how long a further request of an IDSESSION may wait. */
    Duration longestRequestWait() {
        return rules.limits().queue() ? rules.limits().queueTimeout() : Duration.ZERO;
    }

    /**
     * Decides on a further request of an IDSESSION, and counts it once the limits of guest and
     * tenant admit it.
     */
    AdmissionDecision nextTurn() {
        AdmissionDecision decision = rules.turn(now());
        if (!(decision instanceof AdmissionDecision.Serve)) {
            return decision;
        }
        if (!tenant().tryRequest(turns.request)) {
            return new AdmissionDecision.Wait();
        }
        rules.countServed(now());
        return decision;
    }

    /** Returns the reason to refuse a request that has waited too long. */
    Termination lateRequest() {
        AdmissionDecision.Load load = rules.load(0, 0, now());
        // if the guest's own limits admit the request, it waited for the tenant's connection rate
        return load.free() > 0 ? Termination.CONNECTION_RATE : load.reason();
    }

    /** Takes the guest's IDSESSION requests out of the tenant's line. */
    void leaveRequestLine() {
        tenant().leaveLine(turns.request);
    }

    private AdmissionDecision.Load load() {
        return rules.load(connections.inService(), connections.waiting(), now());
    }

    private Session session(Arrival arrival) {
        return new Session(arrival, share, rules.limits(), context);
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
