package clamd.vproxy.supervisor.reports.metrics;

import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.reports.activity.SessionCounts;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.log.LogStatus;
import clamd.vproxy.supervisor.reports.status.DaemonSnapshot;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.reports.status.TenantView;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.worker.memory.MemoryCounts;
import clamd.vproxy.worker.session.Verdict;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Finds the values of a metric in a snapshot of the daemon. Stateless. */
@FunctionalInterface
interface Values {
    /** The possible verdicts of a scan. */
    List<Verdict> OF_SCANS = List.of(Verdict.CLEAN, Verdict.INFECTED, Verdict.INCOMPLETE);

    void give(DaemonSnapshot daemon, Series series);

    /** Adds the values of one of several objects, which a label names. */
    interface Named<T> {
        void give(T of, String name, Series series);
    }

    private static <T> Values each(
            Function<DaemonSnapshot, Collection<T>> all,
            Function<T, String> name,
            Named<T> values) {
        return (daemon, series) ->
                all.apply(daemon).forEach(one -> values.give(one, name.apply(one), series));
    }

    static Values guests(Named<RunningGuest> values) {
        return each(
                DaemonSnapshot::guests,
                DaemonSnapshot.Guest::domain,
                (guest, domain, series) -> values.give(guest.running(), domain, series));
    }

    static Values counts(Named<SessionCounts> values) {
        return each(
                daemon -> daemon.counts().byDomain().entrySet(),
                Map.Entry::getKey,
                (counts, domain, series) -> values.give(counts.getValue(), domain, series));
    }

    /** Returns the values of the tenants that have a name. */
    static Values tenants(Named<TenantView> values) {
        return each(
                daemon -> TenantView.ofMetrics(daemon.guests()),
                tenant -> Objects.requireNonNull(tenant.name()),
                values);
    }

    static Values tenantCounts(Named<SessionCounts> values) {
        return each(
                daemon -> daemon.counts().byTenant().entrySet(),
                Map.Entry::getKey,
                (counts, tenant, series) -> values.give(counts.getValue(), tenant, series));
    }

    static Values clamds(Named<DaemonStatus.Clamd> values) {
        return each(daemon -> daemon.status().clamds(), DaemonStatus.Clamd::endpoint, values);
    }

    static Values libvirts(Named<LibvirtState> values) {
        return each(daemon -> daemon.status().libvirts(), LibvirtState::uri, values);
    }

    static Values status(BiConsumer<DaemonStatus, Series> values) {
        return (daemon, series) -> values.accept(daemon.status(), series);
    }

    static Values log(BiConsumer<LogStatus, Series> values) {
        return status(
                (status, series) -> status.log().ifPresent(log -> values.accept(log, series)));
    }

    static Values memory(BiConsumer<MemoryCounts, Series> values) {
        return status((status, series) ->
                status.verdictMemory().ifPresent(memory -> values.accept(memory, series)));
    }

    static Values audit(BiConsumer<AuditStatus, Series> values) {
        return status((status, series) ->
                status.audit().ifPresent(audit -> values.accept(audit, series)));
    }
}
