package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.audit.AuditTrail;
import clamd.vproxy.supervisor.reports.control.ControlCommand;
import clamd.vproxy.supervisor.reports.control.ReloadReply;
import clamd.vproxy.supervisor.reports.control.StatusReply;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtWatcher;
import clamd.vproxy.supervisor.sources.policy.PolicyReloader;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Loading;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Refused;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Replaced;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Unchanged;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.Clamds;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the daemon does when a command asks it. Thread-safe.
 *
 * @param watchers those that have started
 * @param audit empty if there is no audit file
 */
record ControlCommands(
        PolicyReloader reloader,
        GuestRegistry registry,
        Dispatcher dispatcher,
        HostConnections host,
        List<LibvirtWatcher> watchers,
        Clamds clamds,
        Diagnostics diagnostics,
        Optional<AuditTrail> audit) {

    /** All of them. */
    List<ControlCommand<?>> all() {
        List<ControlCommand<?>> all =
                new ArrayList<>(new GuestCommands(registry, dispatcher, host).all());
        all.add(ControlCommand.plain("policy reload", true, this::reload));
        all.add(ControlCommand.plain("status", false, this::status));
        // changes nothing, but tells more than the others
        all.add(ControlCommand.plain("diagnostics", true, diagnostics::reply));
        return all;
    }

    /** One line on how it stands, for {@code systemctl status}. */
    String summary() {
        long up = clamds.status().stream().filter(ClamdStatus::up).count();
        long connected = watchers.stream().filter(watcher -> watcher.state().connected()).count();
        return "serving %d guests, %d sessions, %s%s%s"
                .formatted(
                        registry.guests().size(),
                        host.held(),
                        several("clamd", clamds.status().size(), up, "up", "down"),
                        watchers.isEmpty()
                                ? ""
                                : ", "
                                        + several(
                                                "libvirt",
                                                watchers.size(),
                                                connected,
                                                "connected",
                                                "away"),
                        reloader.status().lastError().isPresent()
                                ? ", the policy file is wrong"
                                : "");
    }

    private static String several(String name, long all, long well, String good, String bad) {
        if (all == 1) {
            return name + " " + (well == 1 ? good : bad);
        }
        return "%s %d of %d %s".formatted(name, well, all, good);
    }

    private ReloadReply reload() {
        return switch (reloader.reload()) {
            case Unchanged(Loading last) -> inForce(last, false);
            case Replaced(Loading loading) -> inForce(loading, true);
            case Refused(List<String> problems) -> refused(problems);
        };
    }

    private ReloadReply inForce(Loading loading, boolean reloaded) {
        return new ReloadReply(
                true,
                null,
                reloader.status().file().toString(),
                loading.revision().label(),
                text(loading.since()),
                reloaded,
                loading.swap().guests(),
                loading.swap().changes().stream().map(PolicyChange::line).toList(),
                List.of());
    }

    private ReloadReply refused(List<String> problems) {
        PolicyStatus status = reloader.status();
        return new ReloadReply(
                false,
                status.file() + " is wrong and changes nothing, the last good one stays",
                status.file().toString(),
                status.revision().label(),
                text(status.loadedAt()),
                false,
                0,
                List.of(),
                problems);
    }

    private StatusReply status() {
        PolicyStatus policy = reloader.status();
        return new StatusReply(
                true,
                new StatusReply.Policy(
                        policy.file().toString(),
                        policy.revision().label(),
                        text(policy.loadedAt()),
                        policy.lastError().map(ControlCommands::of).orElse(null)),
                watchers.stream().map(watcher -> of(watcher.state())).toList(),
                clamds.status().stream().map(ControlCommands::of).toList(),
                dispatcher.admissionOfAll().label(),
                audit.map(trail -> of(trail.status())).orElse(null),
                registry.guests().size(),
                host.held());
    }

    private static StatusReply.LastError of(PolicyStatus.LastError error) {
        return new StatusReply.LastError(text(error.since()), error.problems());
    }

    private static StatusReply.Libvirt of(LibvirtState state) {
        return new StatusReply.Libvirt(
                state.uri(),
                state.connected(),
                text(state.since()),
                state.lastEvent().map(ControlCommands::text).orElse(null),
                state.lastList().map(ControlCommands::text).orElse(null),
                state.guests(),
                state.lastError().orElse(null));
    }

    private static StatusReply.Clamd of(ClamdStatus status) {
        return new StatusReply.Clamd(
                status.endpoint(),
                status.up(),
                text(status.since()),
                status.lastError().orElse(null),
                status.uploads(),
                status.uploadPlaces(),
                status.scans(),
                status.scanSlots());
    }

    private static StatusReply.Audit of(AuditStatus status) {
        return new StatusReply.Audit(
                status.file().toString(),
                status.written(),
                status.lost(),
                status.failure().map(failure -> text(failure.since())).orElse(null),
                status.failure().map(AuditStatus.Failure::reason).orElse(null));
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
