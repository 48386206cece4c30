package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestListener;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.usage.UsageBook;
import clamd.vproxy.supervisor.sources.policy.PolicySwap;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.ConnectionCount;
import clamd.vproxy.worker.GuestWorker;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.SessionListener;
import clamd.vproxy.worker.net.StreamSocket;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands each accepted connection to the worker of the guest that it comes from, and keeps a worker
 * exactly as long as its guest runs. Never blocks an acceptor: another thread looks up peers that
 * the registry does not know. Thread-safe.
 */
public final class Dispatcher implements GuestListener {
    /** How long a connection that was accepted before a restart may take to send its command. */
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(3);

    /** How long guests may take, all of them together, to read why their sessions were stopped. */
    private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(2);

    private final GuestRegistry registry;
    private final SessionContext context;
    private final UsageBook usage;
    private final TenantShares tenants;
    private final HostConnections host;
    private final SessionLog sessionLog;
    private final SessionObserver observer;
    private final UnknownPeers unknownPeers;
    private final Map<Guest.Epoch, GuestWorker> workers = new ConcurrentHashMap<>();
    private final Admissions admissions = new Admissions();

    /** Replaced as a whole; a method that resolves a guest's policy reads the field once. */
    private volatile PolicySet policies;

    private volatile boolean draining;

    /**
     * Creates a dispatcher for the guests in {@code registry}.
     *
     * @param finder looks up, once, a peer that the registry does not know
     * @param usage what guests and tenants use in a day
     * @param observer is notified of each session, in addition to the log
     */
    public Dispatcher(
            GuestRegistry registry,
            GuestFinder finder,
            PolicySet policies,
            UsageBook usage,
            SessionContext context,
            HostConnections host,
            SessionObserver observer) {
        this.registry = registry;
        this.policies = policies;
        this.usage = usage;
        this.tenants = new TenantShares(context, usage);
        this.context = context;
        this.host = host;
        this.observer = observer;
        this.sessionLog = new SessionLog(context.nanoClock());
        this.unknownPeers =
                new UnknownPeers(finder, context, host, sessionLog, observer, this::dispatch);
    }

    /** Takes over a connection from the peer with this CID, which the kernel guarantees. */
    public void dispatch(long cid, StreamSocket socket) {
        Optional<Guest> guest = registry.byCid(cid);
        if (guest.isPresent()) {
            dispatch(guest.get(), socket);
            leaveIfMoved(cid, guest.get());
        } else {
            unknownPeers.lookUp(cid, socket);
        }
    }

    /** Stops the sessions of a guest that lost its CID to another guest during the hand-over. */
    private void leaveIfMoved(long cid, Guest guest) {
        boolean owns =
                registry.byCid(cid).filter(now -> now.epoch().equals(guest.epoch())).isPresent();
        GuestWorker moved = workers.get(guest.epoch());
        if (!owns && moved != null) {
            moved.stopSessions(Termination.GUEST_STOPPED);
        }
    }

    /** Takes over a connection from this guest's own socket. */
    public void dispatch(Guest guest, StreamSocket socket) {
        GuestWorker worker = workers.computeIfAbsent(guest.epoch(), _ -> newWorker(guest));
        if (!runs(guest)) {
            // the guest stopped meanwhile, perhaps before this worker existed
            endWorker(guest.epoch());
        }
        worker.accept(socket);
    }

    private void endWorker(Guest.Epoch epoch) {
        GuestWorker ended = workers.remove(epoch);
        if (ended != null) {
            ended.stop(Termination.GUEST_STOPPED);
        }
    }

    private boolean runs(Guest guest) {
        return registry.byUuid(guest.uuid()).map(Guest::epoch).equals(Optional.of(guest.epoch()));
    }

    /** Returns the guest's current policy. */
    public GuestPolicy policyOf(Guest guest) {
        return policies.resolve(CidGuests.identityOf(guest));
    }

    /** Returns the running guests, sorted by name. */
    public List<RunningGuest> guests() {
        return registry.guests().stream()
                .map(this::running)
                .sorted(
                        Comparator.comparing(RunningGuest::label)
                                .thenComparing(running -> running.guest().uuid()))
                .toList();
    }

    /** Returns a snapshot of a running guest and its connections. */
    public RunningGuest running(Guest guest) {
        Optional<GuestWorker> worker = Optional.ofNullable(workers.get(guest.epoch()));
        GuestPolicy policy = policyOf(guest);
        return new RunningGuest(
                guest,
                CidGuests.identityOf(guest),
                policy,
                worker.map(GuestWorker::connectionCount).orElseGet(() -> new ConnectionCount(0, 0)),
                admissions.of(guest.epoch(), policy.tenant().tenant()),
                worker.map(GuestWorker::sessions).orElse(List.of()),
                usage.of(guest.uuid()).today(),
                usage.of(policy.tenant().tenant(), guest.uuid()).today());
    }

    /**
     * Puts these policies in force for all guests, replacing the previous ones. At any time each
     * guest has either its old or its new policy; when this returns, all guests have the new one.
     * Running sessions keep the limits that they began with. Calls must not overlap.
     *
     * @return the changes for the running guests, sorted by name
     */
    public PolicySwap replacePolicies(PolicySet next) {
        PolicySet before = policies;
        policies = next;
        // guests that start after this already get the new policies
        Collection<Guest> guests = registry.guests();
        List<PolicyChange> changes = new ArrayList<>();
        for (Guest guest : guests) {
            GuestIdentity identity = CidGuests.identityOf(guest);
            GuestPolicy policy = next.resolve(identity);
            renewPolicy(guest, policy);
            changes.add(new PolicyChange(identity, before.resolve(identity), policy));
        }
        return new PolicySwap(
                guests.size(),
                changes.stream()
                        .filter(PolicyChange::isChange)
                        .sorted(Comparator.comparing(change -> change.guest().label()))
                        .toList());
    }

    /**
     * Sets the worker's policy with the map's lock held. Every thread that creates a worker or
     * reports a change holds that lock, so the last of them sees both the current guest and the
     * current policies.
     */
    private void renewPolicy(Guest guest, GuestPolicy policy) {
        workers.computeIfPresent(
                guest.epoch(),
                (_, worker) -> {
                    Guest now = latest(guest);
                    setPolicy(worker, now, now.equals(guest) ? policy : policyOf(now));
                    return worker;
                });
    }

    private void setPolicy(GuestWorker worker, Guest guest, GuestPolicy policy) {
        worker.setPolicy(policy, shareOf(guest, policy));
        worker.setAdmission(admissions.of(guest.epoch(), policy.tenant().tenant()));
    }

    private TenantShare shareOf(Guest guest, GuestPolicy policy) {
        return tenants.of(policy.tenant().tenant(), guest.uuid());
    }

    /**
     * Sets whether the guest's new connections are served, wait or are refused, until the guest
     * stops.
     */
    public void admit(Guest guest, Admission next) {
        admissions.set(guest.epoch(), next);
        renewAdmission(guest);
        if (!runs(guest)) {
            // the guest stopped meanwhile, perhaps before the state was set
            admissions.forget(guest.epoch());
        }
    }

    /** Sets the admission state of all guests of a tenant, including guests that start later. */
    public void admit(Tenant tenant, Admission next) {
        admissions.set(tenant, next);
        registry.guests().forEach(this::renewAdmission);
    }

    /** Returns the last state set by {@link #admit(Tenant, Admission)}. */
    public Admission admissionOf(Tenant tenant) {
        return admissions.ofTenant(tenant);
    }

    /**
     * Sets the admission state of all guests, including guests that start later; the states of
     * single guests and tenants still apply.
     */
    public void admitAll(Admission next) {
        admissions.setAll(next);
        // iterates over guests, not workers: a worker in creation is not in the map yet
        registry.guests().forEach(this::renewAdmission);
    }

    /** Returns the last state set by {@link #admitAll}. */
    public Admission admissionOfAll() {
        return admissions.ofAll();
    }

    /**
     * Sets the worker's admission with the map's lock held, for the same reason as {@link
     * #renewPolicy}.
     */
    private void renewAdmission(Guest guest) {
        workers.computeIfPresent(
                guest.epoch(),
                (run, worker) -> {
                    Tenant tenant = policyOf(latest(guest)).tenant().tenant();
                    worker.setAdmission(admissions.of(run, tenant));
                    return worker;
                });
    }

    /**
     * Ends an open session for an administrator.
     *
     * @param number the session's number
     * @return whether there is such a session
     */
    public boolean kill(long number) {
        return workers.values().stream()
                .anyMatch(worker -> worker.stopSession(number, Termination.KILLED));
    }

    /**
     * Ends all open sessions of a guest for an administrator, and returns their number; the guest
     * may still connect.
     */
    public int killAll(Guest guest) {
        GuestWorker worker = workers.get(guest.epoch());
        return worker == null ? 0 : worker.stopSessions(Termination.KILLED);
    }

    private GuestWorker newWorker(Guest guest) {
        GuestPolicy policy = policyOf(latest(guest));
        GuestLog.created(guest, policy);
        GuestWorker worker =
                new GuestWorker(
                        guest.logName(),
                        guest.epoch(),
                        shareOf(guest, policy),
                        policy,
                        usage.of(guest.uuid()),
                        context,
                        host,
                        listener(guest));
        worker.setAdmission(admissions.of(guest.epoch(), policy.tenant().tenant()));
        if (draining) {
            worker.drain(Termination.SHUTDOWN);
        }
        return worker;
    }

    private SessionListener listener(Guest guest) {
        SessionLog.GuestLines lines = sessionLog.linesOfGuest();
        return (policy, result) -> {
            EndedSession session = EndedSession.of(latest(guest), policy, result);
            // observers first, because readers of the log line may rely on their data
            observer.ended(session);
            lines.ended(session);
        };
    }

    /** Returns the guest as it is known now; its name or CID may have changed while it ran. */
    private Guest latest(Guest guest) {
        return registry.byUuid(guest.uuid())
                .filter(now -> now.epoch().equals(guest.epoch()))
                .orElse(guest);
    }

    @Override
    public void started(Guest guest) {
        GuestLog.started(guest, policyOf(guest));
    }

    @Override
    public void changed(Guest before, Guest after) {
        GuestLog.changed(before, after, policyOf(after));
        boolean movedAway =
                registry.cidsIdentify()
                        && before.cid().isPresent()
                        && !before.cid().equals(after.cid());
        // waits for a worker in creation, which may have read the guest before this change
        workers.computeIfPresent(
                after.epoch(),
                (_, worker) -> {
                    Guest now = latest(after);
                    setPolicy(worker, now, policyOf(now));
                    if (movedAway) {
                        worker.stopSessions(Termination.GUEST_STOPPED);
                    }
                    return worker;
                });
    }

    @Override
    public void stopped(Guest guest) {
        endWorker(guest.epoch());
        admissions.forget(guest.epoch());
        GuestLog.stopped(guest, policyOf(guest));
    }

    /**
     * Serves the connections that were accepted before a restart. Guest lookups are completed,
     * waiting connections get their turn, and open connections have a moment to send their command.
     * The next daemon serves later connections.
     *
     * @param limit the longest time that this may take
     */
    public void serveAccepted(Duration limit) throws InterruptedException {
        long deadline = in(limit);
        unknownPeers.awaitSettled(limit);
        for (GuestWorker worker : workers.values()) {
            worker.awaitTurns(until(deadline));
        }
        awaitEnds(workers.values(), Math.min(deadline, in(COMMAND_LIMIT)));
    }

    /**
     * Accepts no more connections, lets running scans finish for at most {@code limit}, then stops
     * the remaining sessions and waits a moment longer for their end.
     */
    public void drain(Duration limit) throws InterruptedException {
        draining = true;
        unknownPeers.close();
        List<GuestWorker> all = List.copyOf(workers.values());
        all.forEach(worker -> worker.drain(Termination.SHUTDOWN));
        awaitEnds(all, in(limit));
        all.forEach(worker -> worker.stop(Termination.SHUTDOWN));
        awaitEnds(all, in(FAREWELL_LIMIT));
        sessionLog.close();
    }

    private void awaitEnds(Collection<GuestWorker> all, long deadlineNanos)
            throws InterruptedException {
        for (GuestWorker worker : all) {
            worker.awaitEnd(until(deadlineNanos));
        }
    }

    private long in(Duration limit) {
        return context.nanoClock().getAsLong() + limit.toNanos();
    }

    private Duration until(long deadlineNanos) {
        return Duration.ofNanos(Math.max(0, deadlineNanos - context.nanoClock().getAsLong()));
    }
}
