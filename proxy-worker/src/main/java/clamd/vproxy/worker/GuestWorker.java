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
 * Serves one run of one guest: at most as many sessions at a time as its connection quota, each on
 * a thread named {@code <domain>#<n>}. Further connections, and those that exceed the connection
 * rate, wait for the queue timeout if the policy lets them, then are refused: queue first, refuse
 * last, because a refused connection is an unscanned file.
 *
 * <p>A session whose guest has its answer counts no more: it only waits for the guest to close. So
 * that such sessions are bounded, too, a guest has at most twice as many threads as its quota.
 *
 * <p>A connection enters by {@link #accept} and is started, waits or is refused there. Waiting ones
 * are looked at again when a session ends, when the policy or the administrator's state changes,
 * when it is the guest's turn in its tenant's line, and at each {@link #check}.
 *
 * <p>Thread-safe, guarded by itself; the lock is never held while a socket is read or written, nor
 * while the listener is called. The locks of {@link TenantShare} and {@link HostConnections} are
 * taken under it; {@link TenantShare#serveNext} takes other workers' locks, so it is called with
 * none held.
 */
public final class GuestWorker implements Watched {
    private static final Logger log = LoggerFactory.getLogger(GuestWorker.class);

    private static final int MAX_THREADS_PER_CONNECTION = 2;

    /** How often a request that waits for its turn looks whether that has come. */
    private static final long TURN_LOOK_MILLIS = 50;

    private final String domain;
    private final SessionContext context;
    private final HostConnections host;
    private final SessionListener listener;
    private final RefusalLane refusals;
    private final ThreadPoolExecutor threads;

    /** Stands in the line of the tenant's guests; one object, by which the line knows it. */
    private final Runnable turn = this::takeTurn;

    /** Stands in that line for the further requests of an IDSESSION. */
    private final Runnable requestTurn = this::wakeRequests;

    @GuardedBy("this")
    private final AdmissionRules rules;

    /** Replaced where the guest goes to another tenant, or the tenant's limits change. */
    @GuardedBy("this")
    private GuestShare share;

    /** In the order in which they were accepted. */
    @GuardedBy("this")
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    /** By session number, in the order in which they began. */
    @GuardedBy("this")
    private final Map<Long, Served> sessions = new LinkedHashMap<>();

    /** How many of the sessions count for the quota. */
    @GuardedBy("this")
    private int inService;

    /** Ended connections that the listener does not know of yet. */
    @GuardedBy("this")
    private int unfinished;

    @GuardedBy("this")
    private boolean outOfThreads;

    /** A connection that counts for the host. */
    private record Connection(Arrival arrival, HostConnections.Lease lease) {}

    /**
     * A worker without threads yet.
     *
     * @param domain the domain's name, for the threads' names
     * @param guest tells this run of the guest from all others by {@code equals}
     * @param tenant what the guest has together with its tenant's other guests
     * @param dailyUsage what this guest uses, shared by all its runs
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
     * Puts a policy in force for the sessions and requests that begin from now on, waiting
     * connections included. If it denies the guest, waiting connections are refused; a request that
     * is being served keeps the policy that it began with.
     *
     * @param tenant what the guest has together with the other guests of the policy's tenant
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

    /** The quotas that the guest shares with its tenant's other guests. */
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

    /** Takes over a connection, to serve or to refuse it. Returns at once. */
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
            // no thread at all, so none whose end would serve this connection
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
     * Refuses a connection that may not wait, or not longer, by the limit that keeps it waiting.
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

    /** Whether the guest's own limits would admit its next connection. */
    @GuardedBy("this")
    private boolean isForTenant() {
        return load().free() > 0 && share.tenant().isInLine(turn);
    }

    private static Termination reason(Limit limit) {
        return limit == Limit.MAX_CONNECTIONS ? Termination.QUOTA : Termination.CONNECTION_RATE;
    }

    /** Takes the connection out that has waited longest. */
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

    /** Serves waiting connections, as far as quota, rate and administrator let them. */
    @GuardedBy("this")
    private void serveWaiting() {
        while (!waiting.isEmpty() && load().free() > 0 && start(waiting.peek())) {
            unqueue();
        }
        if (waiting.isEmpty() || load().free() == 0) {
            share.tenant().leaveLine(turn);
        }
    }

    /** Hands a connection to a thread; false if no thread is available. */
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
                // it is tried again and again while a connection waits
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

    /** A session in service. Run by its thread; the other methods are that thread's, too. */
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
                // the next one in the line may be another guest
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
     * A further request of a session waits as a further connection would.
     *
     * @return why it is refused, empty if it may be served
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
            // if the guest's own limits admitted it, it waited for its tenant's rate
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

    /** Counts the request for the tenant as soon as the guest's own limits admit it. */
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

    /** Forgets the verdicts of this run, which no later run may use. */
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
        // the lane has a bound of its own, so that refusals cannot fill the host
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

    /** How many connections of this guest are in service or waiting. */
    public synchronized int connections() {
        return inService + waiting.size();
    }

    /** How many connections of this guest are in service, and how many are waiting. */
    public synchronized ConnectionCount connectionCount() {
        return new ConnectionCount(inService, waiting.size());
    }

    /** Each open session, waiting connections last. */
    public synchronized List<SessionView> sessions() {
        long now = now();
        return Stream.concat(
                        sessions.values().stream().map(served -> served.session.view()),
                        waiting.stream().map(each -> SessionView.waiting(each.arrival, now)))
                .toList();
    }

    /**
     * Refuses the connections that have waited for longer than the queue timeout, and serves those
     * that the connection rate admits by now.
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
     * Takes no more connections and ends those that have asked clamd for nothing; the others go on
     * to their end.
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
     * Ends the open sessions soon; the guest may still connect.
     *
     * @return how many were in service or waiting
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
     * Ends this session, soon.
     *
     * @param number its number
     * @return whether the guest has it; one that is being refused already does not count
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

    /** Ends everything soon: takes no more connections, and stops the open sessions. */
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
     * Waits until no connection is left, and the listener knows of each end.
     *
     * @return false if some are still there when {@code limit} is over
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
     * Waits until no connection waits for its turn: every connection is in service or has ended.
     *
     * @return false if connections still wait when {@code limit} is over
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

    /** The domain's name. */
    public String domain() {
        return domain;
    }

    private long now() {
        return context.nanoClock().getAsLong();
    }
}
