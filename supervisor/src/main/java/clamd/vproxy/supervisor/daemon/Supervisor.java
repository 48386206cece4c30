package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.connections.dispatch.SessionObservers;
import clamd.vproxy.supervisor.connections.listen.HybridSockets;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.ListenerStatus;
import clamd.vproxy.supervisor.connections.listen.VsockAcceptor;
import clamd.vproxy.supervisor.daemon.systemd.ServiceManager;
import clamd.vproxy.supervisor.daemon.systemd.WatchdogFeeder;
import clamd.vproxy.supervisor.guests.FanOut;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.guests.usage.UsageKeeper;
import clamd.vproxy.supervisor.reports.activity.SessionBook;
import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.reports.audit.AuditTrail;
import clamd.vproxy.supervisor.reports.control.ControlCommand;
import clamd.vproxy.supervisor.reports.control.ControlServer;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import clamd.vproxy.supervisor.reports.http.Site;
import clamd.vproxy.supervisor.reports.http.StatusServer;
import clamd.vproxy.supervisor.reports.status.DaemonView;
import clamd.vproxy.supervisor.reports.status.ServicePhase;
import clamd.vproxy.supervisor.sources.hook.HookServer;
import clamd.vproxy.supervisor.sources.hook.HookSettings;
import clamd.vproxy.supervisor.sources.policy.PolicyReloader;
import clamd.vproxy.supervisor.sources.policy.PolicyRevision;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Watchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: starts its parts in the order of their dependencies, and stops them in
 * reverse. Only one thread at a time may start or {@link #close} it.
 */
public final class Supervisor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

    private final SupervisorSettings settings;
    private final ServiceManager systemd;
    private final SessionObserver observer;
    private final StartedParts parts = new StartedParts();
    private final LongSupplier nanoClock = SystemClock::nanoTime;

    /** The loops that systemd's watchdog monitors. */
    private final List<Loop> loops = new ArrayList<>();

    private final List<Supplier<ListenerStatus>> listening = new CopyOnWriteArrayList<>();
    private final ServicePhase phase = new ServicePhase(SystemClock.utc());
    private volatile Optional<DaemonView> view = Optional.empty();
    private volatile OptionalInt httpPort = OptionalInt.empty();

    private Supervisor(
            SupervisorSettings settings, ServiceManager systemd, SessionObserver observer) {
        this.settings = settings;
        this.systemd = systemd;
        this.observer = observer;
    }

    /**
     * Starts a supervisor; when this returns, it is ready.
     *
     * @throws StartException if a listener, the hook's folder, the control socket, the state file
     *     or the audit file is not available, or libvirt's library is missing
     */
    public static Supervisor start(SupervisorSettings settings)
            throws StartException, InterruptedException {
        return start(settings, new SessionObservers(List.of()));
    }

    /**
     * Starts a supervisor.
     *
     * @param observer is notified of each session's end, in addition to the log
     */
    public static Supervisor start(SupervisorSettings settings, SessionObserver observer)
            throws StartException, InterruptedException {
        Supervisor supervisor = open(new Supervisor(settings, ServiceManager.none(), observer));
        supervisor.ready();
        return supervisor;
    }

    /**
     * Starts a supervisor that is not ready before {@link #ready}; when this returns, guests can
     * connect, and commands can ask for its state.
     *
     * @param systemd receives the service's state
     */
    public static Supervisor open(SupervisorSettings settings, ServiceManager systemd)
            throws StartException, InterruptedException {
        return open(new Supervisor(settings, systemd, new SessionObservers(List.of())));
    }

    private static Supervisor open(Supervisor supervisor)
            throws StartException, InterruptedException {
        try {
            supervisor.open();
            return supervisor;
        } catch (StartException | InterruptedException | RuntimeException e) {
            supervisor.close();
            throw e;
        }
    }

    private void open() throws StartException, InterruptedException {
        FanOut listeners = new FanOut();
        GuestRegistry registry = new GuestRegistry(listeners, settings.vsockCid().isPresent());
        SessionBook book = new SessionBook(registry::byUuid, nanoClock);
        // opened first, so that it is closed last and writes what the last session used
        UsageKeeper usage = keepUsage(registry);
        Optional<AuditTrail> audit = openAudit();
        Watchdog watchdog = parts.add(new Watchdog(nanoClock));
        SupervisorThreads.start("watchdog", watchdog);
        loops.add(Loop.counting("watchdog", watchdog::looks));
        Clamds clamds = SharedClamds.watched(settings, nanoClock, parts);
        SessionContext context =
                SharedClamds.context(
                        settings, clamds, watchdog, nanoClock, audit.isPresent(), parts);
        HostConnections host = new HostConnections(settings.hostMaxConnections());
        RegistryWriter writer = parts.add(new RegistryWriter(registry));
        WatchedLibvirts libvirts = new WatchedLibvirts(settings.libvirtUris(), writer, nanoClock);
        Dispatcher dispatcher =
                new Dispatcher(
                        registry,
                        libvirts.finder(),
                        PolicyRevision.named(settings.policies().first()),
                        usage.book(),
                        context,
                        host,
                        new SessionObservers(observers(book, audit)));
        listeners.add(dispatcher);
        listeners.add(book);
        DaemonView daemon =
                new DaemonView(
                        phase,
                        registry,
                        dispatcher,
                        book,
                        host,
                        settings.hostMaxConnections(),
                        clamds,
                        parts.add(clamds.versions()),
                        followPolicyFile(dispatcher, usage),
                        audit,
                        context.memory(),
                        libvirts.watchers(),
                        watchdog,
                        () -> listening.stream().map(Supplier::get).toList(),
                        SystemClock.local());
        view = Optional.of(daemon);
        Optional<HybridSockets> hybrid = hybridSockets(dispatcher);
        hybrid.ifPresent(listeners::add);
        Optional<HookServer> hook = hearHook(writer, dispatcher);
        takeCommands(daemon);
        serveHttp(daemon);
        libvirts.watch(parts, loops);
        acceptGuests(dispatcher, hybrid, hook);
        parts.add(phase::stopping);
    }

    /**
     * Adds the parts that accept guests in the reverse order of a stop, which accepts no more,
     * drains, and then drops the guests.
     */
    private void acceptGuests(
            Dispatcher dispatcher, Optional<HybridSockets> hybrid, Optional<HookServer> hook)
            throws StartException, InterruptedException {
        parts.add(() -> drain(dispatcher));
        if (hybrid.isPresent()) {
            parts.add(hybrid.get()).awaitReported();
            loops.add(hybrid.get().loop());
            listening.add(hybrid.get()::status);
        }
        listenOnVsock(dispatcher);
        // closed first, so that no guest's start waits for a drain
        hook.ifPresent(parts::add);
        if (hybrid.isEmpty()) {
            systemd.listeners().dropUntaken();
        }
    }

    private void drain(Dispatcher dispatcher) throws InterruptedException {
        Duration limit = settings.drainLimit();
        long begun = nanoClock.getAsLong();
        if (listening.stream().anyMatch(each -> each.get().kept())) {
            dispatcher.serveAccepted(limit);
        }
        Duration past = Duration.ofNanos(nanoClock.getAsLong() - begun);
        dispatcher.drain(limit.compareTo(past) > 0 ? limit.minus(past) : Duration.ZERO);
    }

    private List<SessionObserver> observers(SessionBook book, Optional<AuditTrail> audit) {
        List<SessionObserver> all = new ArrayList<>(List.of(observer, book));
        audit.ifPresent(all::add);
        return all;
    }

    private void serveHttp(DaemonView daemon) throws StartException {
        if (settings.http().isEmpty()) {
            return;
        }
        HttpSettings http = settings.http().get();
        SupervisorThreads.start("clamd-version", daemon.versions());
        StatusServer server =
                parts.open(
                        "cannot serve HTTP on ", () -> StatusServer.open(http, new Site(daemon)));
        httpPort = OptionalInt.of(server.port());
        log.info("HTTP on {}", http);
    }

    private UsageKeeper keepUsage(GuestRegistry registry) throws StartException {
        return parts.open(
                "cannot keep what guests use in a day: ",
                () ->
                        UsageKeeper.open(
                                settings.usage(),
                                SystemClock.local(),
                                guest -> registry.byUuid(guest).isPresent()));
    }

    private Optional<AuditTrail> openAudit() throws StartException {
        if (settings.audit().isEmpty()) {
            return Optional.empty();
        }
        AuditSettings audit = settings.audit().get();
        return parts.open(
                audit.required(),
                "cannot keep an audit file: ",
                "no audit file",
                () -> AuditTrail.open(audit, nanoClock, SystemClock.utc()));
    }

    private PolicyReloader followPolicyFile(Dispatcher dispatcher, UsageKeeper usage) {
        usage.warnIfForgotten(settings.policies().first());
        return parts.add(
                new PolicyReloader(
                        settings.policies(),
                        policies -> {
                            usage.warnIfForgotten(policies);
                            return systemd.reload(() -> dispatcher.replacePolicies(policies));
                        },
                        nanoClock,
                        SystemClock.utc()));
    }

    private Optional<HybridSockets> hybridSockets(Dispatcher dispatcher) throws StartException {
        if (settings.hybrid().isEmpty()) {
            return Optional.empty();
        }
        HybridTemplate template = settings.hybrid().get();
        return Optional.of(
                StartedParts.opened(
                        "cannot listen on hybrid vsock: ",
                        () ->
                                new HybridSockets(
                                        template,
                                        settings.port(),
                                        settings.hybridOwner(),
                                        dispatcher::dispatch,
                                        systemd.listeners(),
                                        nanoClock)));
    }

    private Optional<HookServer> hearHook(RegistryWriter writer, Dispatcher dispatcher)
            throws StartException {
        if (settings.hook().isEmpty()) {
            return Optional.empty();
        }
        HookSettings hook = settings.hook().get();
        return parts.open(
                hook.required(),
                "cannot hear libvirt's hook: ",
                "libvirt's hook is not heard, only its connection",
                () ->
                        HookServer.open(
                                hook.folder(),
                                settings.libvirtUris(),
                                writer,
                                dispatcher::policyOf,
                                nanoClock,
                                SystemClock::uptimeHundredths));
    }

    private void takeCommands(DaemonView daemon) throws StartException {
        if (settings.control().isEmpty()) {
            return;
        }
        ControlSettings control = settings.control().get();
        Diagnostics diagnostics =
                new Diagnostics(daemon.policies().status().file(), settings.diagnostics());
        List<ControlCommand<?>> commands = new ControlCommands(daemon, diagnostics).all();
        Optional<ControlServer> _ =
                parts.open(
                        control.required(),
                        "cannot take commands: ",
                        "no control socket, so no commands such as \"status\" and \"policy reload\"",
                        () -> ControlServer.open(control.socket(), commands, nanoClock));
    }

    private void listenOnVsock(Dispatcher dispatcher) throws StartException {
        if (settings.vsockCid().isEmpty()) {
            return;
        }
        long cid = settings.vsockCid().getAsLong();
        VsockAcceptor acceptor =
                parts.open(
                        "",
                        () ->
                                new VsockAcceptor(
                                        cid,
                                        settings.port(),
                                        systemd.listeners(),
                                        dispatcher::dispatch));
        listening.add(acceptor::status);
        loops.add(acceptor.loop());
        if (acceptor.isIsolated()) {
            log.warn(
                    "this network namespace has a vsock of its own (net.vsock.ns_mode is local):"
                            + " only VMs whose VMM runs in it can connect; start the daemon where"
                            + " the VMMs run");
        }
    }

    /**
     * Reports that no clamd is up yet: guests can connect, and their streams wait for one.
     *
     * @param limit how long the daemon waits at most
     */
    public void waitsForClamd(Duration limit) {
        phase.waitsForClamd();
        systemd.waiting(summary(), limit);
    }

    /** Reports that the start is complete. */
    public void ready() {
        phase.serving();
        systemd.ready(summary());
        parts.add(new WatchdogFeeder(systemd, loops, this::summary, nanoClock));
    }

    private String summary() {
        return view.orElseThrow().status().summary();
    }

    /**
     * Reads the policy file at once and logs the outcome. May be called by any thread.
     *
     * @return the outcome; empty before the start
     */
    public Optional<ReloadOutcome> reloadPolicies() {
        return view.map(DaemonView::policies).map(PolicyReloader::reload);
    }

    /** Returns the port of the HTTP server, if there is one. May be called by any thread. */
    public OptionalInt httpPort() {
        return httpPort;
    }

    /**
     * Stops the daemon: accepts no more connections, lets running scans finish, and releases
     * everything.
     */
    @Override
    public void close() {
        systemd.stopping(settings.drainLimit());
        parts.close();
    }
}
