package clamd.vproxy.supervisor.reports.metrics;

import static clamd.vproxy.supervisor.reports.metrics.Values.audit;
import static clamd.vproxy.supervisor.reports.metrics.Values.clamds;
import static clamd.vproxy.supervisor.reports.metrics.Values.counts;
import static clamd.vproxy.supervisor.reports.metrics.Values.guests;
import static clamd.vproxy.supervisor.reports.metrics.Values.libvirts;
import static clamd.vproxy.supervisor.reports.metrics.Values.log;
import static clamd.vproxy.supervisor.reports.metrics.Values.memory;
import static clamd.vproxy.supervisor.reports.metrics.Values.status;
import static clamd.vproxy.supervisor.reports.metrics.Values.tenantCounts;
import static clamd.vproxy.supervisor.reports.metrics.Values.tenants;

import clamd.vproxy.policies.Command;
import clamd.vproxy.supervisor.reports.activity.LimitName;
import clamd.vproxy.supervisor.reports.status.DaemonSnapshot;
import clamd.vproxy.worker.session.Termination;
import java.util.List;

/**
 * All metrics of the daemon itself, as {@code src/main/monitoring/README.md} lists them. Units are
 * Prometheus' base units. CONTRIBUTING.md has the steps to add one. Immutable.
 */
enum Metric {
    BUILD_INFO(
            Kind.INFO,
            "build",
            "This clamd-vproxy.",
            (daemon, series) -> series.info(daemon.program()),
            "version"),
    GUESTS(
            Kind.GAUGE,
            "guests",
            "Guests that run.",
            (daemon, series) -> series.add(daemon.guests().size())),
    GUEST_INFO(
            Kind.INFO,
            "guest",
            "A guest that runs, its tenant if that has a name, and the rule of the policy file that"
                    + " holds for it.",
            guests((guest, domain, series) ->
                    series.info(
                            domain,
                            guest.guest().uuid().toString(),
                            guest.guest().cid().isPresent()
                                    ? Long.toString(guest.guest().cid().getAsLong())
                                    : "",
                            guest.guest().source(),
                            guest.tenant().tenant().named().orElse(""),
                            guest.policy().origin().label())),
            "domain",
            "uuid",
            "cid",
            "libvirt",
            "tenant",
            "rule"),
    TENANT_GUESTS(
            Kind.GAUGE,
            "tenant_guests",
            "Guests of a tenant that run. Of tenants, the first 200 by name have series of their own,"
                    + " the rest is \"other\".",
            tenants((tenant, name, series) -> series.add(tenant.guests(), name)),
            "tenant"),
    TENANT_CONNECTIONS(
            Kind.GAUGE,
            "tenant_connections",
            "Connections of a tenant's guests that are in service (served), or wait for a quota or"
                    + " rate, or a pause.",
            tenants((tenant, name, series) -> {
                series.add(tenant.connections(), name, "served");
                series.add(tenant.waiting(), name, "waiting");
            }),
            "tenant",
            "state"),
    TENANT_SESSIONS(
            Kind.COUNTER,
            "tenant_sessions",
            "Sessions of a tenant's guests that have ended, by what came of them. The first 200"
                    + " tenants with a session have series of their own, the rest is \"other\".",
            tenantCounts((counts, tenant, series) -> {
                Values.OF_SCANS.forEach(verdict -> series.add(0, tenant, verdict.label()));
                counts.verdicts().forEach((verdict, count) -> series.add(count, tenant, verdict));
            }),
            "tenant",
            "verdict"),
    TENANT_STREAM_BYTES(
            Kind.COUNTER,
            "tenant_stream_bytes",
            "File data taken from a tenant's guests for scanning.",
            tenantCounts((counts, tenant, series) -> series.add(counts.streamBytes(), tenant)),
            "tenant"),
    TENANT_SCANNING_SECONDS(
            Kind.COUNTER,
            "tenant_scanning_seconds",
            "Time for which clamd scanned streams of a tenant's guests.",
            tenantCounts((counts, tenant, series) -> series.add(counts.scan(), tenant)),
            "tenant"),
    CONNECTIONS(
            Kind.GAUGE,
            "connections",
            "Connections of a guest that are in service (served), or wait for its quota or rate, or"
                    + " a pause.",
            guests((guest, domain, series) -> {
                series.add(guest.connections().inService(), domain, "served");
                series.add(guest.connections().waiting(), domain, "waiting");
            }),
            "domain",
            "state"),
    CONNECTIONS_LIMIT(
            Kind.GAUGE,
            "connections_limit",
            "Connections of a guest that may be in service at once.",
            guests((guest, domain, series) ->
                    series.add(
                            guest.policy().denied() ? 0 : guest.policy().limits().maxConnections(),
                            domain)),
            "domain"),
    ADMISSION(
            Kind.GAUGE,
            "guest_admission",
            "1 for what happens to a guest's new connections: open, paused, draining or denied.",
            guests((guest, domain, series) ->
                    series.add(
                            1,
                            domain,
                            guest.policy().denied() ? "denied" : guest.admission().label())),
            "domain",
            "state"),
    LONGEST_WAIT(
            Kind.GAUGE,
            "longest_wait_seconds",
            "The longest current wait for the guest's quota or rate, or a pause.",
            guests((guest, domain, series) -> series.max(guest.longestWaiting(), domain)),
            "domain"),
    SESSIONS(
            Kind.COUNTER,
            "sessions",
            "Sessions that have ended, by what was asked, what came of it and how it ended.",
            counts((counts, domain, series) -> {
                // starts at 0, so that increase() sees the first event
                Values.OF_SCANS.forEach(verdict ->
                        series.add(
                                0,
                                domain,
                                Command.INSTREAM.name(),
                                verdict.label(),
                                Termination.COMPLETED.code()));
                counts.sessions()
                        .forEach((kind, count) ->
                                series.add(
                                        count,
                                        domain,
                                        kind.command(),
                                        kind.verdict().label(),
                                        kind.termination().code()));
            }),
            "domain",
            "command",
            "verdict",
            "termination"),
    STREAM_BYTES(
            Kind.COUNTER,
            "stream_bytes",
            "File data taken from a guest for scanning.",
            counts((counts, domain, series) -> series.add(counts.streamBytes(), domain)),
            "domain"),
    WAIT_SECONDS(
            Kind.COUNTER,
            "wait_seconds",
            "Time for which a guest's sessions waited: for its connection quota or rate (queue), an"
                    + " upload or request permit (place), its byte rate or clamd's temporary"
                    + " directory (pause), a scan slot (slot).",
            counts((counts, domain, series) ->
                    counts.waits().forEach((wait, time) -> series.add(time, domain, wait.label()))),
            "domain",
            "wait"),
    SCANNING_SECONDS(
            Kind.COUNTER,
            "scanning_seconds",
            "Time for which clamd scanned a guest's streams.",
            counts((counts, domain, series) -> series.add(counts.scan(), domain)),
            "domain"),
    REFUSALS(
            Kind.COUNTER,
            "refusals",
            "Sessions of a guest that a limit ended, by its name in the policy file or among the"
                    + " options.",
            counts((counts, domain, series) ->
                    counts.sessions()
                            .forEach((kind, count) ->
                                    LimitName.of(kind.termination())
                                            .ifPresent(limit -> series.add(count, domain, limit)))),
            "domain",
            "limit"),
    DRY_RUN_REFUSALS(
            Kind.COUNTER,
            "dry_run_refusals",
            "Sessions that a rule with dryRun would have ended.",
            counts((counts, domain, series) ->
                    counts.dryRun()
                            .forEach((termination, count) ->
                                    LimitName.of(termination)
                                            .ifPresent(limit -> series.add(count, domain, limit)))),
            "domain",
            "limit"),
    DAILY_BYTES_LEFT(
            Kind.GAUGE,
            "daily_bytes_left",
            "File data that may be taken today from a guest that has a limit for it.",
            guests((guest, domain, series) ->
                    guest.bytesLeft().ifPresent(left -> series.min(left, domain))),
            "domain"),
    DAILY_SCANS_LEFT(
            Kind.GAUGE,
            "daily_scans_left",
            "Scans that a guest may have today, if it has a limit for them.",
            guests((guest, domain, series) ->
                    guest.scansLeft().ifPresent(left -> series.min(left, domain))),
            "domain"),
    SESSION_WAIT(
            Kind.HISTOGRAM,
            "session_wait_seconds",
            "How long sessions of all guests waited for each of the things of wait_seconds.",
            (daemon, series) ->
                    daemon.counts()
                            .waits()
                            .forEach((wait, times) -> series.histogram(times, wait.label())),
            "wait"),
    SCAN(
            Kind.HISTOGRAM,
            "scan_seconds",
            "How long clamd took for a stream, from its end marker to the reply.",
            (daemon, series) -> series.histogram(daemon.counts().scans())),
    UNKNOWN_PEER_REFUSALS(
            Kind.COUNTER,
            "unknown_peer_refusals",
            "Connections refused because no running guest has their CID.",
            status((status, series) -> series.add(status.unknownPeerRefusals()))),
    HOST_CONNECTIONS(
            Kind.GAUGE,
            "host_connections",
            "Connections of all guests, in service or waiting.",
            status((status, series) -> series.add(status.sessions()))),
    HOST_CONNECTIONS_LIMIT(
            Kind.GAUGE,
            "host_connections_limit",
            "Connections that the host holds at most.",
            status((status, series) -> series.add(status.maxSessions()))),
    UPLOADS_WAITING(
            Kind.GAUGE,
            "uploads_waiting",
            "Streams that wait for an upload permit of any clamd.",
            status((status, series) -> series.add(status.queuedUploads()))),
    CLAMD_UP(
            Kind.GAUGE,
            "clamd_up",
            "1 if a clamd answers, 0 if not.",
            clamds((clamd, name, series) -> series.set(clamd.up(), name)),
            "clamd"),
    CLAMD_INFO(
            Kind.INFO,
            "clamd",
            "The version that clamd tells.",
            clamds((clamd, name, series) ->
                    clamd.engine().ifPresent(engine -> series.info(name, engine))),
            "clamd",
            "version"),
    SIGNATURE_VERSION(
            Kind.GAUGE,
            "clamd_signature_version",
            "Version of clamd's daily signatures, if it tells one.",
            clamds((clamd, name, series) ->
                    clamd.signatures().ifPresent(number -> series.add(number, name))),
            "clamd"),
    SIGNATURE_AGE(
            Kind.GAUGE,
            "clamd_signature_age_seconds",
            "Time since clamd's daily signatures were made, if it tells when.",
            clamds((clamd, name, series) ->
                    clamd.signatureAgeSeconds().ifPresent(age -> series.add(age, name))),
            "clamd"),
    UPLOADS(
            Kind.GAUGE,
            "uploads",
            "Streams that are open at a clamd.",
            clamds((clamd, name, series) -> series.add(clamd.uploads(), name)),
            "clamd"),
    UPLOADS_LIMIT(
            Kind.GAUGE,
            "uploads_limit",
            "Streams that may be open at a clamd.",
            clamds((clamd, name, series) -> series.add(clamd.uploadPermits(), name)),
            "clamd"),
    SCANS(
            Kind.GAUGE,
            "scan_slots_used",
            "Streams that a clamd scans.",
            clamds((clamd, name, series) -> series.add(clamd.scans(), name)),
            "clamd"),
    SCAN_SLOTS(
            Kind.GAUGE,
            "scan_slots",
            "Streams that a clamd may scan at once.",
            clamds((clamd, name, series) -> series.add(clamd.scanSlots(), name)),
            "clamd"),
    SCANS_WAITING(
            Kind.GAUGE,
            "scans_waiting",
            "Streams that are queued for a scan slot of a clamd.",
            clamds((clamd, name, series) -> series.add(clamd.queuedScans(), name)),
            "clamd"),
    POLICY_INFO(
            Kind.INFO,
            "policy",
            "The policies in force.",
            status((status, series) -> series.info(status.policy().revision())),
            "revision"),
    POLICY_LOADED(
            Kind.GAUGE,
            "policy_loaded_timestamp_seconds",
            "Since when these policies are in force, in Unix time.",
            status((status, series) -> series.set(status.policy().loadedAt()))),
    POLICY_CORRECT(
            Kind.GAUGE,
            "policy_last_reload_successful",
            "1 if the policy file as it is now is in force, 0 if it is wrong.",
            status((status, series) -> series.set(status.policy().lastError().isEmpty()))),
    POLICY_WRONG_SINCE(
            Kind.GAUGE,
            "policy_error_timestamp_seconds",
            "Since when the policy file is wrong, in Unix time; absent if it is not.",
            status((status, series) ->
                    status.policy().lastError().ifPresent(error -> series.set(error.since())))),
    AUDIT_RECORDS(
            Kind.COUNTER,
            "audit_records",
            "Records in the audit file, if there is one.",
            audit((audit, series) -> series.add(audit.written()))),
    AUDIT_RECORDS_LOST(
            Kind.COUNTER,
            "audit_records_lost",
            "Records that could not be written to the audit file.",
            audit((audit, series) -> series.add(audit.lost()))),
    AUDIT_WRITABLE(
            Kind.GAUGE,
            "audit_writable",
            "1 if the last attempt to write to the audit file succeeded, 0 if not.",
            audit((audit, series) -> series.set(audit.failingSince().isEmpty()))),
    LOG_LINES_LOST(
            Kind.COUNTER,
            "log_lines_lost",
            "Lines that were lost because the log could not be written.",
            log((log, series) -> series.add(log.lost()))),
    LOG_WRITABLE(
            Kind.GAUGE,
            "log_writable",
            "0 if the log cannot be written for five seconds or more, 1 if it can.",
            log((log, series) -> series.set(log.stuckSince().isEmpty()))),
    VERDICT_MEMORY_HITS(
            Kind.COUNTER,
            "verdict_memory_hits",
            "Streams whose verdict was remembered, so that they were not scanned.",
            memory((memory, series) -> series.add(memory.hits()))),
    VERDICT_MEMORY_MISSES(
            Kind.COUNTER,
            "verdict_memory_misses",
            "Streams that were scanned because no verdict on them was remembered.",
            memory((memory, series) -> series.add(memory.misses()))),
    VERDICT_MEMORY_COALESCED(
            Kind.COUNTER,
            "verdict_memory_coalesced",
            "Hits of streams that waited while another one with their content was scanned.",
            memory((memory, series) -> series.add(memory.coalesced()))),
    VERDICT_MEMORY_EVICTIONS(
            Kind.COUNTER,
            "verdict_memory_evictions",
            "Remembered verdicts that gave way to new ones.",
            memory((memory, series) -> series.add(memory.evictions()))),
    VERDICT_MEMORY_ENTRIES(
            Kind.GAUGE,
            "verdict_memory_entries",
            "Verdicts that are remembered.",
            memory((memory, series) -> series.add(memory.entries()))),
    VERDICT_MEMORY_MAX_ENTRIES(
            Kind.GAUGE,
            "verdict_memory_max_entries",
            "How many verdicts may be remembered.",
            memory((memory, series) -> series.add(memory.mostEntries()))),
    LIBVIRT_CONNECTED(
            Kind.GAUGE,
            "libvirt_connected",
            "1 if there is a connection to a libvirt, 0 if not.",
            libvirts((libvirt, uri, series) -> series.set(libvirt.connected(), uri)),
            "uri"),
    LIBVIRT_GUESTS(
            Kind.GAUGE,
            "libvirt_guests",
            "Guests of a libvirt that are known, also while there is no connection.",
            libvirts((libvirt, uri, series) -> series.add(libvirt.guests(), uri)),
            "uri"),
    LIBVIRT_LAST_LIST(
            Kind.GAUGE,
            "libvirt_last_list_timestamp_seconds",
            "When the domains of a libvirt were last listed, in Unix time; absent before the first time.",
            libvirts((libvirt, uri, series) ->
                    libvirt.lastList().ifPresent(last -> series.set(last, uri))),
            "uri");

    /** The prefix of all names. */
    static final String PREFIX = "clamd_vproxy_";

    /** The type of a metric's values. */
    enum Kind {
        GAUGE(""),
        COUNTER("_total"),
        INFO("_info"),
        HISTOGRAM("");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    private final Kind kind;
    private final String name;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // a stateless function
    private final Values values;

    @SuppressWarnings("ImmutableEnumChecker") // List.of() is immutable
    private final List<String> labels;

    Metric(Kind kind, String name, String help, Values values, String... labels) {
        this.kind = kind;
        this.name = PREFIX + name;
        this.help = help;
        this.values = values;
        this.labels = List.of(labels);
    }

    Kind kind() {
        return kind;
    }

    /** Returns the name without the suffix of its kind. */
    String baseName() {
        return name;
    }

    /** Returns the name in queries. */
    String fullName() {
        return name + kind.suffix;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }

    /** Returns the values; empty if the metric does not apply now. */
    Series values(DaemonSnapshot daemon) {
        Series series = new Series();
        values.give(daemon, series);
        return series;
    }
}
