package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.guests.GuestListener;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.reports.activity.ActivityBook;
import clamd.vproxy.supervisor.reports.audit.AuditTrail;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import clamd.vproxy.supervisor.reports.http.Site;
import clamd.vproxy.supervisor.reports.http.StatusServer;
import clamd.vproxy.supervisor.reports.metrics.Metrics;
import clamd.vproxy.supervisor.reports.metrics.SessionHistograms;
import clamd.vproxy.supervisor.reports.status.DaemonParts;
import clamd.vproxy.supervisor.reports.status.Health;
import clamd.vproxy.supervisor.reports.status.ServicePhase;
import clamd.vproxy.supervisor.reports.status.StatusView;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtWatcher;
import clamd.vproxy.supervisor.sources.policy.PolicyReloader;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.ClamdVersions;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.session.Watchdog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is served over HTTP: counts from before the first guest on, and tells of them once all that
 * it tells of is there. Belongs to the thread that starts the supervisor.
 */
final class Monitoring implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Monitoring.class);

    private final HttpSettings place;
    private final ActivityBook activity;
    private final SessionHistograms histograms = new SessionHistograms();
    private final ServicePhase phase = new ServicePhase();
    private final Closer closer = new Closer();
    private int port;

    /**
     * The parts that it tells of.
     *
     * @param watchers those that have started
     */
    record Watched(
            Dispatcher dispatcher,
            HostConnections host,
            int hostMaxConnections,
            Clamds clamds,
            PolicyReloader policies,
            Optional<AuditTrail> audit,
            List<LibvirtWatcher> watchers,
            Watchdog watchdog) {}

    Monitoring(HttpSettings place, GuestRegistry registry, LongSupplier nanoClock) {
        this.place = place;
        this.activity = new ActivityBook(registry::byUuid, nanoClock);
    }

    /** Who is to hear of the sessions. */
    List<SessionObserver> observers() {
        return List.of(activity, histograms);
    }

    /** Who is to hear of the guests, after whoever serves them. */
    GuestListener listener() {
        return activity;
    }

    /**
     * Begins to serve.
     *
     * @throws StartException if the address is not to be had
     */
    void open(Watched watched) throws StartException {
        ClamdVersions versions = closer.register(watched.clamds().versions());
        SupervisorThreads.start("clamd-version", versions);
        DaemonParts parts = parts(watched, versions);
        Site site =
                new Site(new Metrics(parts, histograms), new Health(parts), new StatusView(parts));
        try {
            port = closer.register(StatusServer.open(place, site)).port();
        } catch (IOException e) {
            throw new StartException("cannot serve HTTP on " + e.getMessage(), e);
        }
        log.info("HTTP on {}", place);
    }

    private DaemonParts parts(Watched watched, ClamdVersions versions) {
        return new DaemonParts(
                phase,
                watched.dispatcher()::guests,
                activity,
                watched.host()::held,
                watched.hostMaxConnections(),
                watched.clamds()::status,
                versions::of,
                watched.clamds().uploads()::waiting,
                watched.policies()::status,
                () -> watched.audit().map(AuditTrail::status),
                () -> watched.watchers().stream().map(LibvirtWatcher::state).toList(),
                watched.watchdog()::sinceLastLook,
                SystemClock.local());
    }

    /** The port that it listens on, once it does. */
    int port() {
        return port;
    }

    /** Whether guests are served. */
    ServicePhase phase() {
        return phase;
    }

    @Override
    public void close() {
        closer.close();
    }
}
