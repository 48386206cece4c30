package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.connections.dispatch.SessionObservers;
import clamd.vproxy.supervisor.connections.listen.HybridSockets;
import clamd.vproxy.supervisor.connections.listen.VsockAcceptor;
import clamd.vproxy.supervisor.daemon.systemd.ServiceManager;
import clamd.vproxy.supervisor.daemon.systemd.WatchdogFeeder;
import clamd.vproxy.supervisor.guests.FanOut;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.guests.usage.UsageKeeper;
import clamd.vproxy.supervisor.reports.activity.SessionBook;
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
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdMonitor;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: builds its parts in the order in which each needs the ones before, and stops
 * them in reverse. {@link #start} and {@link #close} belong to one thread.
 */
public final class Supervisor implements AutoCloseable {
    /** Places at each clamd for PING and VERSION, which it answers at once even while it scans. */
    public static final int REQUEST_PLACES = 8;

    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

    /** Small enough to stay in a core's cache: it relays faster than 256 KiB, for less CPU time. */
    private static final int RELAY_BUFFER_BYTES = 64 << 10;

    private final SupervisorSettings settings;
    private final ServiceManager systemd;
    private final SessionObserver observer;
    private final Closer closer = new Closer();
    private final LongSupplier nanoClock = SystemClock::nanoTime;

    /** Those that have to go round. */
    private final List<Loop> loops = new ArrayList<>();

    private final ServicePhase phase = new ServicePhase();
    private volatile Optional<PolicyReloader> reloader = Optional.empty();
    private volatile OptionalInt httpPort = OptionalInt.empty();

    private Supervisor(
            SupervisorSettings settings, ServiceManager systemd, SessionObserver observer) {
        this.settings = settings;
        this.systemd = systemd;
        this.observer = observer;
    }

    /**
     * Starts a supervisor; when this returns, guests are served.
     *
     * @throws StartException if a listener, the hook's folder, the control socket, the state file
     *     or the audit file cannot be had, or libvirt's library is missing
     */
    public static Supervisor start(SupervisorSettings settings)
            throws StartException, InterruptedException {
        return start(settings, ServiceManager.none());
    }

    /** The same; {@code observer} hears of each session's end, besides the log. */
    public static Supervisor start(SupervisorSettings settings, SessionObserver observer)
            throws StartException, InterruptedException {
        return start(new Supervisor(settings, ServiceManager.none(), observer));
    }

    /**
     * The same for a service.
     *
     * @param systemd is told how it stands, from the first guest on that is served
     */
    public static Supervisor start(SupervisorSettings settings, ServiceManager systemd)
            throws StartException, InterruptedException {
        return start(new Supervisor(settings, systemd, new SessionObservers(List.of())));
    }

    private static Supervisor start(Supervisor supervisor)
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
        // the first to be opened, so that at the end it writes what the last session used
        UsageKeeper usage = closer.register(keepUsage(registry));
        Optional<AuditTrail> audit = openAudit();
        Watchdog watchdog = closer.register(new Watchdog(nanoClock));
        SupervisorThreads.start("watchdog", watchdog);
        loops.add(Loop.counting("watchdog", watchdog::looks));
        Clamds clamds = watchedClamds();
        SessionContext context = sessionContext(clamds, watchdog, audit.isPresent());
        HostConnections host = new HostConnections(settings.hostMaxConnections());
        RegistryWriter writer = closer.register(new RegistryWriter(registry));
        WatchedLibvirts libvirts = new WatchedLibvirts(settings.libvirtUris(), writer, nanoClock);
        Dispatcher dispatcher =
                new Dispatcher(
                        registry,
                        libvirts.finder(),
                        PolicyRevision.named(settings.policies().first()),
                        usage.book()::of,
                        context,
                        host,
                        new SessionObservers(observers(book, audit)));
        listeners.add(dispatcher);
        listeners.add(book);
        PolicyReloader policies = followPolicyFile(dispatcher, usage);
        DaemonView daemon =
                new DaemonView(
                        phase,
                        registry,
                        dispatcher,
                        book,
                        host,
                        settings.hostMaxConnections(),
                        clamds,
                        closer.register(clamds.versions()),
                        policies,
                        audit,
                        libvirts.watchers(),
                        watchdog,
                        SystemClock.local());
        Optional<HybridSockets> hybrid = hybridSockets(dispatcher);
        hybrid.ifPresent(listeners::add);
        Optional<HookServer> hook = hearHook(writer, dispatcher);
        takeCommands(daemon);
        serveHttp(daemon);
        libvirts.watch(closer, loops);
        acceptGuests(dispatcher, hybrid, hook);
        Supplier<String> summary = () -> daemon.status().summary();
        systemd.ready(summary.get());
        closer.register(new WatchdogFeeder(systemd, loops, summary, nanoClock));
        phase.serving();
        closer.register(phase::stopping);
    }

    /** Opened in the order of a stop, last first: accept no more, drain, forget the guests. */
    private void acceptGuests(
            Dispatcher dispatcher, Optional<HybridSockets> hybrid, Optional<HookServer> hook)
            throws StartException, InterruptedException {
        closer.register(() -> dispatcher.drain(settings.drainLimit()));
        if (hybrid.isPresent()) {
            closer.register(hybrid.get()).awaitReported();
            loops.add(hybrid.get().loop());
        }
        listenOnVsock(dispatcher);
        // closed first: no guest's start waits for a drain
        hook.ifPresent(closer::register);
    }

    /** What all sessions share. */
    private SessionContext sessionContext(Clamds clamds, Watchdog watchdog, boolean hashStreams) {
        return new SessionContext(
                clamds,
                new Spool(settings.hostMaxSpoolBytes(), nanoClock),
                new BufferPool(RELAY_BUFFER_BYTES, clamds.uploads().total()),
                watchdog,
                closer.register(new AbandonedScans(watchdog)),
                nanoClock,
                largestHonestStreamBytes(),
                hashStreams);
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
        try {
            StatusServer server = closer.register(StatusServer.open(http, new Site(daemon)));
            httpPort = OptionalInt.of(server.port());
        } catch (IOException e) {
            throw new StartException("cannot serve HTTP on " + e.getMessage(), e);
        }
        log.info("HTTP on {}", http);
    }

    private Clamds watchedClamds() {
        Clamds clamds =
                new Clamds(
                        settings.clamds().stream().map(this::clamd).toList(),
                        settings.healthTimes(),
                        nanoClock,
                        SystemClock.utc());
        int number = 0;
        for (ClamdMonitor monitor : clamds.monitors()) {
            number++;
            SupervisorThreads.start("clamd-health#" + number, closer.register(monitor));
        }
        return clamds;
    }

    private Clamd clamd(ClamdSettings told) {
        return new Clamd(
                told.endpoint(),
                told.maxUploads(),
                REQUEST_PLACES,
                new ScanSlots(told.scanSlots(), told.lendableSlots(), nanoClock),
                told.times());
    }

    /** Of all clamds, for it is checked before one is chosen. */
    private long largestHonestStreamBytes() {
        return settings.clamds().stream()
                .mapToLong(ClamdSettings::largestHonestStreamBytes)
                .min()
                .orElseThrow();
    }

    private UsageKeeper keepUsage(GuestRegistry registry) throws StartException {
        try {
            return UsageKeeper.open(
                    settings.usage(),
                    SystemClock.local(),
                    guest -> registry.byUuid(guest).isPresent());
        } catch (IOException e) {
            throw new StartException("cannot keep what guests use in a day: " + e.getMessage(), e);
        }
    }

    private Optional<AuditTrail> openAudit() throws StartException {
        if (settings.audit().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    closer.register(
                            AuditTrail.open(settings.audit().get(), nanoClock, SystemClock.utc())));
        } catch (IOException e) {
            throw new StartException("cannot keep an audit file: " + e.getMessage(), e);
        }
    }

    private PolicyReloader followPolicyFile(Dispatcher dispatcher, UsageKeeper usage) {
        usage.warnIfForgotten(settings.policies().first());
        PolicyReloader started =
                closer.register(
                        new PolicyReloader(
                                settings.policies(),
                                policies -> {
                                    usage.warnIfForgotten(policies);
                                    return systemd.reload(
                                            () -> dispatcher.replacePolicies(policies));
                                },
                                nanoClock,
                                SystemClock.utc()));
        reloader = Optional.of(started);
        return started;
    }

    private Optional<HybridSockets> hybridSockets(Dispatcher dispatcher) throws StartException {
        if (settings.hybrid().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new HybridSockets(
                            settings.hybrid().get(),
                            settings.port(),
                            settings.hybridOwner(),
                            dispatcher::dispatch,
                            nanoClock));
        } catch (IOException e) {
            throw new StartException("cannot listen on hybrid vsock: " + e.getMessage(), e);
        }
    }

    private Optional<HookServer> hearHook(RegistryWriter writer, Dispatcher dispatcher)
            throws StartException {
        if (settings.hook().isEmpty()) {
            return Optional.empty();
        }
        HookSettings hook = settings.hook().get();
        try {
            return Optional.of(
                    closer.register(
                            HookServer.open(
                                    hook.folder(),
                                    settings.libvirtUris(),
                                    writer,
                                    dispatcher::policyOf,
                                    nanoClock,
                                    SystemClock::uptimeHundredths)));
        } catch (IOException e) {
            if (hook.required()) {
                throw new StartException("cannot hear libvirt's hook: " + e.getMessage(), e);
            }
            log.warn("libvirt's hook is not heard, only its connection: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private void takeCommands(DaemonView daemon) throws StartException {
        if (settings.control().isEmpty()) {
            return;
        }
        ControlSettings control = settings.control().get();
        Diagnostics diagnostics =
                new Diagnostics(daemon.policies().status().file(), settings.diagnostics());
        List<ControlCommand<?>> commands = new ControlCommands(daemon, diagnostics).all();
        try {
            ControlServer _ =
                    closer.register(ControlServer.open(control.socket(), commands, nanoClock));
        } catch (IOException e) {
            if (control.required()) {
                throw new StartException("cannot take commands: " + e.getMessage(), e);
            }
            log.warn(
                    "no control socket, so no commands such as \"status\" and \"policy reload\": {}",
                    e.getMessage());
        }
    }

    private void listenOnVsock(Dispatcher dispatcher) throws StartException {
        if (settings.vsockCid().isEmpty()) {
            return;
        }
        try {
            VsockAcceptor acceptor =
                    closer.register(
                            new VsockAcceptor(
                                    settings.vsockCid().getAsLong(),
                                    settings.port(),
                                    dispatcher::dispatch));
            loops.add(acceptor.loop());
        } catch (IOException e) {
            throw new StartException(e);
        }
    }

    /**
     * Looks at the policy file at once and says in the log what came of it. Any thread.
     *
     * @return what came of it; nothing before the start
     */
    public Optional<ReloadOutcome> reloadPolicies() {
        return reloader.map(PolicyReloader::reload);
    }

    /** The port that HTTP is served on, if it is. Any thread. */
    public OptionalInt httpPort() {
        return httpPort;
    }

    /** Stops: accepts no more, lets running scans finish, and gives everything back. */
    @Override
    public void close() {
        systemd.stopping(settings.drainLimit());
        closer.close();
    }
}
