package clamd.vproxy.supervisor.reports.metrics;

import static clamd.vproxy.supervisor.reports.metrics.Values.audit;
import static clamd.vproxy.supervisor.reports.metrics.Values.clamds;
import static clamd.vproxy.supervisor.reports.metrics.Values.libvirts;
import static clamd.vproxy.supervisor.reports.metrics.Values.log;
import static clamd.vproxy.supervisor.reports.metrics.Values.memory;
import static clamd.vproxy.supervisor.reports.metrics.Values.status;

import clamd.vproxy.supervisor.reports.metrics.Metric.Kind;
import java.util.List;

/**
 * The metrics of the host, the clamds, the policy file, the log, the verdict memory and the
 * libvirts.
 */
final class DaemonMetrics {
    /** In the order in which they are documented. */
    static final List<Metric> ALL =
            List.of(
                    new Metric(
                            Kind.INFO,
                            "build",
                            "This clamd-vproxy.",
                            (daemon, series) -> series.info(daemon.program()),
                            "version"),
                    new Metric(
                            Kind.COUNTER,
                            "unknown_peer_refusals",
                            "Connections refused because no running guest has their CID.",
                            status((status, series) -> series.add(status.unknownPeerRefusals()))),
                    new Metric(
                            Kind.GAUGE,
                            "host_connections",
                            "Connections of all guests, in service or waiting.",
                            status((status, series) -> series.add(status.sessions()))),
                    new Metric(
                            Kind.GAUGE,
                            "host_connections_limit",
                            "Connections that the host holds at most.",
                            status((status, series) -> series.add(status.maxSessions()))),
                    new Metric(
                            Kind.GAUGE,
                            "uploads_waiting",
                            "Streams that wait for an upload permit of any clamd.",
                            status((status, series) -> series.add(status.queuedUploads()))),
                    new Metric(
                            Kind.GAUGE,
                            "clamd_up",
                            "1 if a clamd answers, 0 if not.",
                            clamds((clamd, name, series) -> series.set(clamd.up(), name)),
                            "clamd"),
                    new Metric(
                            Kind.INFO,
                            "clamd",
                            "The version that clamd tells.",
                            clamds((clamd, name, series) ->
                                    clamd.engine().ifPresent(engine -> series.info(name, engine))),
                            "clamd",
                            "version"),
                    new Metric(
                            Kind.GAUGE,
                            "clamd_signature_version",
                            "Version of clamd's daily signatures, if it tells one.",
                            clamds((clamd, name, series) ->
                                    clamd.signatures()
                                            .ifPresent(number -> series.add(number, name))),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "clamd_signature_age_seconds",
                            "Time since clamd's daily signatures were made, if it tells when.",
                            clamds((clamd, name, series) ->
                                    clamd.signatureAgeSeconds()
                                            .ifPresent(age -> series.add(age, name))),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "uploads",
                            "Streams that are open at a clamd.",
                            clamds((clamd, name, series) -> series.add(clamd.uploads(), name)),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "uploads_limit",
                            "Streams that may be open at a clamd.",
                            clamds((clamd, name, series) ->
                                    series.add(clamd.uploadPermits(), name)),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "scan_slots_used",
                            "Streams that a clamd scans.",
                            clamds((clamd, name, series) -> series.add(clamd.scans(), name)),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "scan_slots",
                            "Streams that a clamd may scan at once.",
                            clamds((clamd, name, series) -> series.add(clamd.scanSlots(), name)),
                            "clamd"),
                    new Metric(
                            Kind.GAUGE,
                            "scans_waiting",
                            "Streams that are queued for a scan slot of a clamd.",
                            clamds((clamd, name, series) -> series.add(clamd.queuedScans(), name)),
                            "clamd"),
                    new Metric(
                            Kind.INFO,
                            "policy",
                            "The policies in force.",
                            status((status, series) -> series.info(status.policy().revision())),
                            "revision"),
                    new Metric(
                            Kind.GAUGE,
                            "policy_loaded_timestamp_seconds",
                            "Since when these policies are in force, in Unix time.",
                            status((status, series) -> series.set(status.policy().loadedAt()))),
                    new Metric(
                            Kind.GAUGE,
                            "policy_last_reload_successful",
                            "1 if the policy file as it is now is in force, 0 if it is wrong.",
                            status((status, series) ->
                                    series.set(status.policy().lastError().isEmpty()))),
                    new Metric(
                            Kind.GAUGE,
                            "policy_error_timestamp_seconds",
                            "Since when the policy file is wrong, in Unix time; absent if it is not.",
                            status((status, series) ->
                                    status.policy()
                                            .lastError()
                                            .ifPresent(error -> series.set(error.since())))),
                    new Metric(
                            Kind.COUNTER,
                            "audit_records",
                            "Records in the audit file, if there is one.",
                            audit((audit, series) -> series.add(audit.written()))),
                    new Metric(
                            Kind.COUNTER,
                            "audit_records_lost",
                            "Records that could not be written to the audit file.",
                            audit((audit, series) -> series.add(audit.lost()))),
                    new Metric(
                            Kind.GAUGE,
                            "audit_writable",
                            "1 if the last attempt to write to the audit file succeeded, 0 if not.",
                            audit((audit, series) -> series.set(audit.failingSince().isEmpty()))),
                    new Metric(
                            Kind.COUNTER,
                            "log_lines_lost",
                            "Lines that were lost because the log could not be written.",
                            log((log, series) -> series.add(log.lost()))),
                    new Metric(
                            Kind.GAUGE,
                            "log_writable",
                            "0 if the log cannot be written for five seconds or more, 1 if it can.",
                            log((log, series) -> series.set(log.stuckSince().isEmpty()))),
                    new Metric(
                            Kind.COUNTER,
                            "verdict_memory_hits",
                            "Streams whose verdict was remembered, so that they were not scanned.",
                            memory((memory, series) -> series.add(memory.hits()))),
                    new Metric(
                            Kind.COUNTER,
                            "verdict_memory_misses",
                            "Streams that were scanned because no verdict on them was remembered.",
                            memory((memory, series) -> series.add(memory.misses()))),
                    new Metric(
                            Kind.COUNTER,
                            "verdict_memory_coalesced",
                            "Hits of streams that waited while another one with their content was scanned.",
                            memory((memory, series) -> series.add(memory.coalesced()))),
                    new Metric(
                            Kind.COUNTER,
                            "verdict_memory_evictions",
                            "Remembered verdicts that gave way to new ones.",
                            memory((memory, series) -> series.add(memory.evictions()))),
                    new Metric(
                            Kind.GAUGE,
                            "verdict_memory_entries",
                            "Verdicts that are remembered.",
                            memory((memory, series) -> series.add(memory.entries()))),
                    new Metric(
                            Kind.GAUGE,
                            "verdict_memory_max_entries",
                            "How many verdicts may be remembered.",
                            memory((memory, series) -> series.add(memory.mostEntries()))),
                    new Metric(
                            Kind.GAUGE,
                            "libvirt_connected",
                            "1 if there is a connection to a libvirt, 0 if not.",
                            libvirts(
                                    (libvirt, uri, series) -> series.set(libvirt.connected(), uri)),
                            "uri"),
                    new Metric(
                            Kind.GAUGE,
                            "libvirt_guests",
                            "Guests of a libvirt that are known, also while there is no connection.",
                            libvirts((libvirt, uri, series) -> series.add(libvirt.guests(), uri)),
                            "uri"),
                    new Metric(
                            Kind.GAUGE,
                            "libvirt_last_list_timestamp_seconds",
                            "When the domains of a libvirt were last listed, in Unix time; absent before the first time.",
                            libvirts((libvirt, uri, series) ->
                                    libvirt.lastList().ifPresent(last -> series.set(last, uri))),
                            "uri"));

    private DaemonMetrics() {}
}
