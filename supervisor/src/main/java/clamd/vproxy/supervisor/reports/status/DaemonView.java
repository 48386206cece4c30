package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.base.version.ProgramVersion;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.connections.listen.ListenerStatus;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.reports.activity.SessionBook;
import clamd.vproxy.supervisor.reports.audit.AuditTrail;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtWatcher;
import clamd.vproxy.supervisor.sources.policy.PolicyReloader;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.ClamdVersions;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.memory.VerdictMemory;
import clamd.vproxy.worker.session.Watchdog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes snapshots of the running daemon. Thread-safe.
 *
 * @param maxSessions how many connections the host may hold
 * @param versions the versions that the clamds report
 * @param audit the audit file; empty if there is none
 * @param memory the verdict memory; empty if no verdicts are remembered
 * @param watchers the libvirt watchers that have started
 * @param listeners where guests connect
 * @param clock the wall clock in the time zone of clamd
 */
public record DaemonView(
        ServicePhase phase,
        GuestRegistry registry,
        Dispatcher dispatcher,
        SessionBook book,
        HostConnections host,
        int maxSessions,
        Clamds clamds,
        ClamdVersions versions,
        PolicyReloader policies,
        Optional<AuditTrail> audit,
        Optional<VerdictMemory> memory,
        List<LibvirtWatcher> watchers,
        Watchdog watchdog,
        Supplier<List<ListenerStatus>> listeners,
        Clock clock) {

    /** Returns a snapshot of the whole daemon. */
    public DaemonSnapshot snapshot() {
        return new DaemonSnapshot(
                clock.instant(),
                ProgramVersion.current().number(),
                status(),
                guests(),
                book.ofHost());
    }

    /** Returns the running guests in the order of their names. */
    public List<DaemonSnapshot.Guest> guests() {
        return dispatcher.guests().stream().map(this::guest).toList();
    }

    /** Returns a running guest with its counts. */
    public DaemonSnapshot.Guest guest(RunningGuest running) {
        return new DaemonSnapshot.Guest(running, book.of(running.guest()));
    }

    /** Checks whether the daemon is free of failures that only a restart would fix. */
    public HealthReport live() {
        return Health.live(watchdog.sinceLastLook());
    }

    /** Checks whether the daemon serves a guest that connects now. */
    public HealthReport ready() {
        return Health.ready(status());
    }

    /** Returns the current status without the guests; the cost does not depend on their number. */
    public DaemonStatus status() {
        return new DaemonStatus(
                DaemonStatus.VERSION,
                Optional.of(DaemonStatus.Phase.of(phase.state())),
                Optional.of(DaemonStatus.Program.of(ProgramVersion.current(), phase.startedAt())),
                DaemonStatus.Policy.of(policies.status()),
                listeners.get(),
                watchers.stream().map(LibvirtWatcher::state).toList(),
                clamds.status().stream().map(this::clamd).toList(),
                dispatcher.admissionOfAll().label(),
                audit.map(AuditTrail::status),
                Optional.of(LogOutput.status()),
                memory.map(VerdictMemory::counts),
                registry.guests().size(),
                host.held(),
                maxSessions,
                clamds.uploads().waiting(),
                book.unknownPeers(),
                registry.cidConflicts());
    }

    private DaemonStatus.Clamd clamd(ClamdStatus clamd) {
        Optional<SignatureVersion> version = versions.of(clamd.endpoint());
        Optional<SignatureVersion.Signatures> signatures =
                version.flatMap(SignatureVersion::signatures);
        return new DaemonStatus.Clamd(
                clamd.endpoint(),
                clamd.up(),
                clamd.since(),
                clamd.lastError(),
                clamd.uploads(),
                clamd.uploadPermits(),
                clamd.scans(),
                clamd.scanSlots(),
                clamd.waitingScans(),
                version.map(SignatureVersion::engine),
                signatures.map(SignatureVersion.Signatures::number),
                signatures.map(built -> ageOf(built).toSeconds()));
    }

    /**
     * Returns the age of signatures. clamd reports a time in a time zone that it does not name; the
     * daemon assumes its own.
     */
    private Duration ageOf(SignatureVersion.Signatures signatures) {
        return Duration.between(
                signatures.builtAt().atZone(clock.getZone()).toInstant(), clock.instant());
    }
}
