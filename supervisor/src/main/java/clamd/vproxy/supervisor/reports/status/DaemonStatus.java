package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.base.version.ProgramVersion;
import clamd.vproxy.supervisor.connections.listen.ListenerStatus;
import clamd.vproxy.supervisor.guests.CidConflict;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.log.LogStatus;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.worker.memory.MemoryCounts;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The status of the daemon without its guests, to be written as JSON. Immutable.
 *
 * @param version the version of this JSON, {@link #VERSION}
 * @param phase where the daemon is between its start and its end; empty in a reply of an earlier
 *     version
 * @param program the running build; empty in a reply of an earlier version
 * @param policy the policies in force
 * @param listeners where guests connect; empty in a reply of an earlier version
 * @param libvirts the status of each libvirt, in the order of the connect URIs
 * @param clamds the status of each clamd, in the order given
 * @param state what happens to new connections of all guests: {@code open}, {@code paused} or
 *     {@code draining}
 * @param audit the audit file; empty if there is none
 * @param log whether the log can be written; empty in a reply of an earlier version
 * @param verdictMemory the remembered verdicts; empty if none are remembered, and in a reply of an
 *     earlier version
 * @param guests how many guests run
 * @param sessions how many connections all guests have, in service or waiting
 * @param maxSessions how many there may be
 * @param queuedUploads how many streams wait for an upload permit
 * @param unknownPeerRefusals how many connections were refused because no running guest has their
 *     CID
 * @param cidConflicts the CIDs that several running guests have; empty in a reply of an earlier
 *     version
 */
public record DaemonStatus(
        int version,
        Optional<Phase> phase,
        Optional<Program> program,
        Policy policy,
        List<ListenerStatus> listeners,
        List<LibvirtState> libvirts,
        List<Clamd> clamds,
        String state,
        Optional<AuditStatus> audit,
        Optional<LogStatus> log,
        Optional<MemoryCounts> verdictMemory,
        int guests,
        int sessions,
        int maxSessions,
        int queuedUploads,
        long unknownPeerRefusals,
        List<CidConflict> cidConflicts) {
    /**
     * The version of the JSON, which changes if a key changes its name or meaning, but not for a
     * new key.
     */
    public static final int VERSION = 2;

    /**
     * The phase of the daemon between its start and its end. Immutable.
     *
     * @param name {@code starting}, {@code waiting for clamd}, {@code serving} or {@code stopping}
     */
    public record Phase(String name, Instant since) {
        static Phase of(ServicePhase.State state) {
            return new Phase(state.phase().label(), state.since());
        }

        boolean is(ServicePhase.Phase phase) {
            return name.equals(phase.label());
        }

        /** Returns the start of the phase, to the second. */
        String sinceText() {
            return since.truncatedTo(ChronoUnit.SECONDS).toString();
        }
    }

    /**
     * The running build, see {@link ProgramVersion}. Immutable.
     *
     * @param startedAt when the daemon started
     */
    public record Program(String version, String commit, String date, Instant startedAt) {
        static Program of(ProgramVersion build, Instant startedAt) {
            return new Program(build.number(), build.commit(), build.date(), startedAt);
        }
    }

    /**
     * The policies in force. Immutable.
     *
     * @param file the policy file as the operator named it
     * @param loadedAt when this revision took effect
     * @param lastError what is wrong with the file; empty if nothing is
     */
    public record Policy(
            Path file,
            String revision,
            Instant loadedAt,
            Optional<PolicyStatus.LastError> lastError) {
        static Policy of(PolicyStatus status) {
            return new Policy(
                    status.file(),
                    status.revision().label(),
                    status.loadedAt(),
                    status.lastError());
        }
    }

    /**
     * A clamd. Immutable.
     *
     * @param endpoint where it listens, as the operator wrote it
     * @param up whether sessions use it
     * @param since when {@code up} last changed
     * @param lastError why it was last refused or down, kept afterwards
     * @param uploads how many streams are open there, including those that it scans
     * @param uploadPermits how many may be open
     * @param scans how many streams it scans
     * @param scanSlots how many it may scan at once
     * @param queuedScans how many complete streams wait for a scan slot
     * @param engine its version; empty unless it reports one and HTTP is enabled
     * @param signatures the version of its daily signatures; empty like {@code engine}
     * @param signatureAgeSeconds how old these are; below zero if clocks or time zones differ
     */
    public record Clamd(
            String endpoint,
            boolean up,
            Instant since,
            Optional<String> lastError,
            int uploads,
            int uploadPermits,
            int scans,
            int scanSlots,
            int queuedScans,
            Optional<String> engine,
            Optional<Long> signatures,
            Optional<Long> signatureAgeSeconds) {}

    /** Copies the lists. */
    public DaemonStatus {
        listeners = List.copyOf(listeners);
        libvirts = List.copyOf(libvirts);
        clamds = List.copyOf(clamds);
        cidConflicts = List.copyOf(cidConflicts);
    }

    /** Returns how many clamds are up. */
    long clamdsUp() {
        return clamds.stream().filter(Clamd::up).count();
    }

    /** Returns why the daemon is not ready, a line for each reason. */
    public List<String> notReady() {
        return Health.ready(this).failures();
    }

    /** Returns a line for {@code systemctl status}. */
    public String summary() {
        long connected = libvirts.stream().filter(LibvirtState::connected).count();
        String does =
                phase.filter(now -> now.is(ServicePhase.Phase.WAITING_FOR_CLAMD))
                        .map(now -> "waits for clamd since " + now.sinceText() + ", ")
                        .orElse("serving ");
        return "%s%d guests, %d sessions, %s%s%s"
                .formatted(
                        does,
                        guests,
                        sessions,
                        several("clamd", clamds.size(), clamdsUp(), "up", "down"),
                        libvirts.isEmpty()
                                ? ""
                                : ", "
                                        + several(
                                                "libvirt",
                                                libvirts.size(),
                                                connected,
                                                "connected",
                                                "away"),
                        policy.lastError().isPresent() ? ", the policy file is wrong" : "");
    }

    private static String several(String name, long all, long well, String good, String bad) {
        if (all == 1) {
            return name + " " + (well == 1 ? good : bad);
        }
        return "%s %d of %d %s".formatted(name, well, all, good);
    }
}
