package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.supervisor.audit.AuditStatus;
import clamd.vproxy.supervisor.audit.AuditTrail;
import clamd.vproxy.supervisor.control.ControlCommand;
import clamd.vproxy.supervisor.control.GuestsReply;
import clamd.vproxy.supervisor.control.ReloadReply;
import clamd.vproxy.supervisor.control.StatusReply;
import clamd.vproxy.supervisor.dispatch.Dispatcher;
import clamd.vproxy.supervisor.dispatch.ServedGuest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.libvirt.LibvirtState;
import clamd.vproxy.supervisor.libvirt.LibvirtWatcher;
import clamd.vproxy.supervisor.policy.PolicyReloader;
import clamd.vproxy.supervisor.policy.PolicyStatus;
import clamd.vproxy.supervisor.policy.ReloadOutcome.Loading;
import clamd.vproxy.supervisor.policy.ReloadOutcome.Refused;
import clamd.vproxy.supervisor.policy.ReloadOutcome.Replaced;
import clamd.vproxy.supervisor.policy.ReloadOutcome.Unchanged;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.ClamdStatus;
import clamd.vproxy.worker.clamd.Clamds;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
        Optional<AuditTrail> audit) {

    /** All of them. */
    List<ControlCommand> all() {
        return List.of(
                new ControlCommand("policy reload", true, this::reload),
                new ControlCommand("status", false, this::status),
                new ControlCommand("guests", false, this::guests));
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
                audit.map(trail -> of(trail.status())).orElse(null),
                registry.guests().size(),
                host.held());
    }

    private GuestsReply guests() {
        return new GuestsReply(
                true, dispatcher.guests().stream().map(ControlCommands::of).toList());
    }

    private static GuestsReply.Guest of(ServedGuest served) {
        Limits limits = served.policy().limits();
        return new GuestsReply.Guest(
                served.label(),
                served.identity().uuid().map(UUID::toString).orElse(null),
                orNull(served.guest().cid()),
                served.policy().origin().label(),
                served.policy().denied(),
                served.connections().inService(),
                served.connections().waiting(),
                limits.maxConnections(),
                new GuestsReply.Today(
                        served.today().date().toString(),
                        served.today().bytes(),
                        orNull(served.bytesLeft()),
                        served.today().scans(),
                        orNull(served.scansLeft())),
                served.policy().dryRun().map(tried -> dryRun(tried, served)).orElse(null));
    }

    private static GuestsReply.DryRun dryRun(GuestPolicy tried, ServedGuest served) {
        Map<String, Long> refusals = new TreeMap<>();
        served.dryRunRefusals()
                .forEach((termination, count) -> refusals.put(termination.code(), count));
        return new GuestsReply.DryRun(tried.origin().label(), refusals);
    }

    private static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
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
