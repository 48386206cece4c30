package clamd.vproxy.supervisor.reports.metrics;

import static clamd.vproxy.supervisor.reports.metrics.Values.counts;
import static clamd.vproxy.supervisor.reports.metrics.Values.guests;
import static clamd.vproxy.supervisor.reports.metrics.Values.tenantCounts;
import static clamd.vproxy.supervisor.reports.metrics.Values.tenants;

import clamd.vproxy.policies.Command;
import clamd.vproxy.supervisor.reports.activity.LimitName;
import clamd.vproxy.supervisor.reports.metrics.Metric.Kind;
import clamd.vproxy.worker.session.Termination;
import java.util.List;

/** The metrics of guests, tenants and their sessions. */
final class GuestMetrics {
    /** In the order in which they are documented. */
    static final List<Metric> ALL =
            List.of(
                    new Metric(
                            Kind.GAUGE,
                            "guests",
                            "Guests that run.",
                            (daemon, series) -> series.add(daemon.guests().size())),
                    new Metric(
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
                    new Metric(
                            Kind.GAUGE,
                            "tenant_guests",
                            "Guests of a tenant that run. Of tenants, the first 200 by name have series of their own,"
                                    + " the rest is \"other\".",
                            tenants((tenant, name, series) -> series.add(tenant.guests(), name)),
                            "tenant"),
                    new Metric(
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
                    new Metric(
                            Kind.COUNTER,
                            "tenant_sessions",
                            "Sessions of a tenant's guests that have ended, by what came of them. The first 200"
                                    + " tenants with a session have series of their own, the rest is \"other\".",
                            tenantCounts((counts, tenant, series) -> {
                                Values.OF_SCANS.forEach(
                                        verdict -> series.add(0, tenant, verdict.label()));
                                counts.verdicts()
                                        .forEach((verdict, count) ->
                                                series.add(count, tenant, verdict));
                            }),
                            "tenant",
                            "verdict"),
                    new Metric(
                            Kind.COUNTER,
                            "tenant_stream_bytes",
                            "File data taken from a tenant's guests for scanning.",
                            tenantCounts((counts, tenant, series) ->
                                    series.add(counts.streamBytes(), tenant)),
                            "tenant"),
                    new Metric(
                            Kind.COUNTER,
                            "tenant_scanning_seconds",
                            "Time for which clamd scanned streams of a tenant's guests.",
                            tenantCounts(
                                    (counts, tenant, series) -> series.add(counts.scan(), tenant)),
                            "tenant"),
                    new Metric(
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
                    new Metric(
                            Kind.GAUGE,
                            "connections_limit",
                            "Connections of a guest that may be in service at once.",
                            guests((guest, domain, series) ->
                                    series.add(
                                            guest.policy().denied()
                                                    ? 0
                                                    : guest.policy().limits().maxConnections(),
                                            domain)),
                            "domain"),
                    new Metric(
                            Kind.GAUGE,
                            "guest_admission",
                            "1 for what happens to a guest's new connections: open, paused, draining or denied.",
                            guests((guest, domain, series) ->
                                    series.add(
                                            1,
                                            domain,
                                            guest.policy().denied()
                                                    ? "denied"
                                                    : guest.admission().label())),
                            "domain",
                            "state"),
                    new Metric(
                            Kind.GAUGE,
                            "longest_wait_seconds",
                            "The longest current wait for the guest's quota or rate, or a pause.",
                            guests((guest, domain, series) ->
                                    series.max(guest.longestWaiting(), domain)),
                            "domain"),
                    new Metric(
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
                    new Metric(
                            Kind.COUNTER,
                            "stream_bytes",
                            "File data taken from a guest for scanning.",
                            counts((counts, domain, series) ->
                                    series.add(counts.streamBytes(), domain)),
                            "domain"),
                    new Metric(
                            Kind.COUNTER,
                            "wait_seconds",
                            "Time for which a guest's sessions waited: for its connection quota or rate (queue), an"
                                    + " upload or request permit (place), its byte rate or clamd's temporary"
                                    + " directory (pause), a scan slot (slot).",
                            counts((counts, domain, series) ->
                                    counts.waits()
                                            .forEach((wait, time) ->
                                                    series.add(time, domain, wait.label()))),
                            "domain",
                            "wait"),
                    new Metric(
                            Kind.COUNTER,
                            "scanning_seconds",
                            "Time for which clamd scanned a guest's streams.",
                            counts((counts, domain, series) -> series.add(counts.scan(), domain)),
                            "domain"),
                    new Metric(
                            Kind.COUNTER,
                            "refusals",
                            "Sessions of a guest that a limit ended, by its name in the policy file or among the"
                                    + " options.",
                            counts((counts, domain, series) ->
                                    counts.sessions()
                                            .forEach((kind, count) ->
                                                    LimitName.of(kind.termination())
                                                            .ifPresent(limit ->
                                                                    series.add(
                                                                            count, domain,
                                                                            limit)))),
                            "domain",
                            "limit"),
                    new Metric(
                            Kind.COUNTER,
                            "dry_run_refusals",
                            "Sessions that a rule with dryRun would have ended.",
                            counts((counts, domain, series) ->
                                    counts.dryRun()
                                            .forEach((termination, count) ->
                                                    LimitName.of(termination)
                                                            .ifPresent(limit ->
                                                                    series.add(
                                                                            count, domain,
                                                                            limit)))),
                            "domain",
                            "limit"),
                    new Metric(
                            Kind.GAUGE,
                            "daily_bytes_left",
                            "File data that may be taken today from a guest that has a limit for it.",
                            guests((guest, domain, series) ->
                                    guest.bytesLeft().ifPresent(left -> series.min(left, domain))),
                            "domain"),
                    new Metric(
                            Kind.GAUGE,
                            "daily_scans_left",
                            "Scans that a guest may have today, if it has a limit for them.",
                            guests((guest, domain, series) ->
                                    guest.scansLeft().ifPresent(left -> series.min(left, domain))),
                            "domain"),
                    new Metric(
                            Kind.HISTOGRAM,
                            "session_wait_seconds",
                            "How long sessions of all guests waited for each of the things of wait_seconds.",
                            (daemon, series) ->
                                    daemon.counts()
                                            .waits()
                                            .forEach((wait, times) ->
                                                    series.histogram(times, wait.label())),
                            "wait"),
                    new Metric(
                            Kind.HISTOGRAM,
                            "scan_seconds",
                            "How long clamd took for a stream, from its end marker to the reply.",
                            (daemon, series) -> series.histogram(daemon.counts().scans())));

    private GuestMetrics() {}
}
