package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.connections.dispatch.ServedGuest;
import clamd.vproxy.supervisor.reports.activity.DomainCounts;
import clamd.vproxy.supervisor.reports.activity.LimitName;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.status.DaemonParts;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.SignatureVersion;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Reads the daemon's parts at each scrape. A guest's series are those of the guests that run then,
 * so they end with the guest. Thread-safe.
 */
record DaemonCollector(DaemonParts parts, String version) implements MultiCollector {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    @Override
    public MetricSnapshots collect() {
        Samples samples = new Samples();
        samples.info(Metric.BUILD_INFO, version);
        host(samples);
        List<ServedGuest> guests = parts.guests().get();
        samples.add(Metric.GUESTS, guests.size());
        guests.forEach(guest -> guest(samples, guest));
        parts.activity().counts().forEach((domain, counts) -> counts(samples, domain, counts));
        parts.clamds().get().forEach(clamd -> clamd(samples, clamd));
        policy(samples, parts.policy().get());
        parts.audit().get().ifPresent(audit -> audit(samples, audit));
        parts.libvirts().get().forEach(libvirt -> libvirt(samples, libvirt));
        return samples.snapshots();
    }

    private void host(Samples samples) {
        samples.add(Metric.UNKNOWN_PEER_REFUSALS, parts.activity().strangers());
        samples.add(Metric.HOST_CONNECTIONS, parts.connections().getAsInt());
        samples.add(Metric.HOST_CONNECTIONS_LIMIT, parts.maxConnections());
        samples.add(Metric.UPLOADS_WAITING, parts.waitingUploads().getAsInt());
    }

    private static void guest(Samples samples, ServedGuest served) {
        String domain = served.guest().name();
        Limits limits = served.policy().limits();
        samples.info(
                Metric.GUEST_INFO,
                domain,
                served.guest().uuid().toString(),
                served.guest().cid().isPresent()
                        ? Long.toString(served.guest().cid().getAsLong())
                        : "",
                served.guest().source(),
                served.policy().origin().label());
        samples.add(Metric.CONNECTIONS, served.connections().inService(), domain, "served");
        samples.add(Metric.CONNECTIONS, served.connections().waiting(), domain, "waiting");
        samples.add(
                Metric.CONNECTIONS_LIMIT,
                served.policy().denied() ? 0 : limits.maxConnections(),
                domain);
        samples.max(Metric.LONGEST_WAIT, seconds(served.longestQueueWait()), domain);
        served.bytesLeft().ifPresent(left -> samples.min(Metric.DAILY_BYTES_LEFT, left, domain));
        served.scansLeft().ifPresent(left -> samples.min(Metric.DAILY_SCANS_LEFT, left, domain));
    }

    private static void counts(Samples samples, String domain, DomainCounts counts) {
        counts.sessions()
                .forEach((kind, count) -> {
                    samples.add(
                            Metric.SESSIONS,
                            count,
                            domain,
                            kind.command().label(),
                            kind.verdict().label(),
                            kind.termination().code());
                    LimitName.of(kind.termination())
                            .ifPresent(limit -> samples.add(Metric.REFUSALS, count, domain, limit));
                });
        counts.dryRun()
                .forEach((termination, count) ->
                        LimitName.of(termination)
                                .ifPresent(limit ->
                                        samples.add(
                                                Metric.DRY_RUN_REFUSALS, count, domain, limit)));
        samples.add(Metric.STREAM_BYTES, counts.streamBytes(), domain);
        samples.add(Metric.SCANNING_SECONDS, seconds(counts.scan()), domain);
        counts.waits()
                .forEach((wait, time) ->
                        samples.add(Metric.WAIT_SECONDS, seconds(time), domain, wait.label()));
    }

    private void clamd(Samples samples, ClamdStatus status) {
        String clamd = status.endpoint();
        samples.add(Metric.CLAMD_UP, status.up() ? 1 : 0, clamd);
        samples.add(Metric.UPLOADS, status.uploads(), clamd);
        samples.add(Metric.UPLOADS_LIMIT, status.uploadPlaces(), clamd);
        samples.add(Metric.SCANS, status.scans(), clamd);
        samples.add(Metric.SCAN_SLOTS, status.scanSlots(), clamd);
        samples.add(Metric.SCANS_WAITING, status.waitingScans(), clamd);
        parts.versions().apply(clamd).ifPresent(told -> version(samples, clamd, told));
    }

    private void version(Samples samples, String clamd, SignatureVersion told) {
        samples.info(Metric.CLAMD_INFO, clamd, told.engine());
        told.signatures()
                .ifPresent(signatures -> {
                    samples.add(Metric.SIGNATURE_VERSION, signatures.number(), clamd);
                    samples.add(Metric.SIGNATURE_AGE, seconds(parts.ageOf(signatures)), clamd);
                });
    }

    private static void policy(Samples samples, PolicyStatus status) {
        samples.info(Metric.POLICY_INFO, status.revision().label());
        samples.add(Metric.POLICY_LOADED, seconds(status.loadedAt()));
        samples.add(Metric.POLICY_CORRECT, status.lastError().isEmpty() ? 1 : 0);
        status.lastError()
                .ifPresent(error -> samples.add(Metric.POLICY_WRONG_SINCE, seconds(error.since())));
    }

    private static void audit(Samples samples, AuditStatus status) {
        samples.add(Metric.AUDIT_RECORDS, status.written());
        samples.add(Metric.AUDIT_RECORDS_LOST, status.lost());
        samples.add(Metric.AUDIT_WRITABLE, status.failure().isEmpty() ? 1 : 0);
    }

    private static void libvirt(Samples samples, LibvirtState state) {
        samples.add(Metric.LIBVIRT_CONNECTED, state.connected() ? 1 : 0, state.uri());
        samples.add(Metric.LIBVIRT_GUESTS, state.guests(), state.uri());
        state.lastList()
                .ifPresent(
                        last -> samples.add(Metric.LIBVIRT_LAST_LIST, seconds(last), state.uri()));
    }

    private static double seconds(Duration time) {
        return time.getSeconds() + time.getNano() / NANOS_PER_SECOND;
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / MILLIS_PER_SECOND;
    }
}
