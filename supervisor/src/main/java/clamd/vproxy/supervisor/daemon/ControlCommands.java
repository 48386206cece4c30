package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.TenantName;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.reports.control.ControlCommand;
import clamd.vproxy.supervisor.reports.control.ControlException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuest;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuests;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfSession;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfTenant;
import clamd.vproxy.supervisor.reports.control.LimitOfGuest;
import clamd.vproxy.supervisor.reports.status.DaemonSnapshot;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.reports.status.DaemonView;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.reports.status.OpenSession;
import clamd.vproxy.supervisor.reports.status.TenantView;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Loading;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Refused;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Replaced;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Unchanged;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.shares.Owner;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The commands of the control socket. Thread-safe. */
record ControlCommands(DaemonView daemon, Diagnostics diagnostics) {

    /** Returns all commands. */
    List<ControlCommand<?>> all() {
        return List.of(
                ControlCommand.plain("status", false, daemon::status),
                ControlCommand.plain("guests", false, this::guests),
                new ControlCommand<>("guest", false, OfGuest.class, this::guest),
                ControlCommand.plain("tenants", false, this::tenants),
                new ControlCommand<>("tenant", false, OfTenant.class, this::tenant),
                new ControlCommand<>("sessions", false, OfGuest.class, this::sessions),
                admission("pause", Admission.PAUSED),
                admission("drain", Admission.DRAINING),
                admission("resume", Admission.OPEN),
                new ControlCommand<>("kill", true, OfSession.class, this::kill),
                ControlCommand.plain("policy inputs", false, this::policyInputs),
                new ControlCommand<>("memory clear", true, OfGuests.class, this::clearMemory),
                ControlCommand.plain("policy reload", true, this::reload),
                // changes nothing, but reveals more than other users may read
                ControlCommand.plain("diagnostics", true, diagnostics::reply));
    }

    private ControlReply.Guests guests() {
        return new ControlReply.Guests(
                DaemonStatus.VERSION,
                daemon.guests().stream().map(DaemonSnapshot.Guest::view).toList());
    }

    private ControlReply.OneGuest guest(OfGuest request) throws ControlException {
        RunningGuest guest = running(request.guest());
        return new ControlReply.OneGuest(
                DaemonStatus.VERSION,
                daemon.guest(guest).view(),
                guest.guest().source(),
                guest.guest().metadataClasses().stream().sorted().toList(),
                ControlReply.TenantOfGuest.of(guest.tenant()),
                LimitOfGuest.of(guest.policy()),
                OpenSession.of(guest));
    }

    private ControlReply.Tenants tenants() {
        return new ControlReply.Tenants(DaemonStatus.VERSION, TenantView.of(daemon.guests()));
    }

    private ControlReply.OneTenant tenant(OfTenant request) throws ControlException {
        List<DaemonSnapshot.Guest> guests = guestsOf(request.tenant());
        TenantPolicy tenant = guests.getFirst().running().tenant();
        return new ControlReply.OneTenant(
                DaemonStatus.VERSION,
                TenantView.of(guests).getFirst(),
                daemon.dispatcher().admissionOf(tenant.tenant()).label(),
                LimitOfGuest.of(tenant.limits()),
                guests.stream().map(DaemonSnapshot.Guest::view).toList());
    }

    /** Returns the running guests of a tenant, at least one. */
    private List<DaemonSnapshot.Guest> guestsOf(@Nullable String name) throws ControlException {
        if (name == null) {
            throw new ControlException("name a tenant");
        }
        Tenant tenant = new Tenant.Named(name);
        List<DaemonSnapshot.Guest> guests =
                daemon.guests().stream()
                        .filter(guest -> guest.running().tenant().tenant().equals(tenant))
                        .toList();
        if (guests.isEmpty()) {
            throw new ControlException(
                    "no guest that runs is of the tenant \"%s\"".formatted(name));
        }
        return guests;
    }

    private ControlReply.Sessions sessions(OfGuest request) throws ControlException {
        Stream<RunningGuest> asked =
                request.guest() == null
                        ? daemon.dispatcher().guests().stream()
                        : Stream.of(running(request.guest()));
        return new ControlReply.Sessions(
                DaemonStatus.VERSION,
                asked.flatMap(guest -> OpenSession.of(guest).stream()).toList());
    }

    private ControlCommand<OfGuests> admission(String name, Admission next) {
        return new ControlCommand<>(name, true, OfGuests.class, request -> admit(request, next));
    }

    private ControlReply.Admission admit(OfGuests request, Admission next) throws ControlException {
        boolean all = Boolean.TRUE.equals(request.all());
        long meant =
                Stream.of(request.guest(), request.tenant()).filter(Objects::nonNull).count()
                        + (all ? 1 : 0);
        if (meant > 1) {
            throw new ControlException(
                    "of a guest, a tenant and all guests only one can be meant; drop one");
        }
        if (all) {
            return admitAll(next);
        }
        return request.tenant() != null
                ? admitTenant(request.tenant(), next)
                : admitGuest(request, next);
    }

    /**
     * Sets the admission of a tenant that may have no running guest: it also applies to guests that
     * start later.
     */
    private ControlReply.Admission admitTenant(String name, Admission next)
            throws ControlException {
        if (TenantName.fault(name).isPresent()) {
            throw new ControlException(TenantName.fault(name).get());
        }
        Tenant tenant = new Tenant.Named(name);
        daemon.dispatcher().admit(tenant, next);
        List<RunningGuest> guests =
                daemon.dispatcher().guests().stream()
                        .filter(guest -> guest.tenant().tenant().equals(tenant))
                        .toList();
        return new ControlReply.Admission(
                null,
                name,
                null,
                daemon.dispatcher()
                        .admissionOfAll()
                        .stricter(daemon.dispatcher().admissionOf(tenant))
                        .label(),
                daemon.dispatcher().admissionOfAll().label(),
                guests.size(),
                guests.stream().mapToInt(each -> each.connections().inService()).sum(),
                guests.stream().mapToInt(each -> each.connections().waiting()).sum());
    }

    private ControlReply.Admission admitGuest(OfGuests request, Admission next)
            throws ControlException {
        Guest guest = chosen(request.guest());
        daemon.dispatcher().admit(guest, next);
        RunningGuest now = daemon.dispatcher().running(guest);
        return new ControlReply.Admission(
                now.label(),
                null,
                GuestView.uuid(now),
                now.admission().label(),
                daemon.dispatcher().admissionOfAll().label(),
                1,
                now.connections().inService(),
                now.connections().waiting());
    }

    private ControlReply.Admission admitAll(Admission next) {
        daemon.dispatcher().admitAll(next);
        String state = daemon.dispatcher().admissionOfAll().label();
        List<RunningGuest> guests = daemon.dispatcher().guests();
        int waiting = guests.stream().mapToInt(each -> each.connections().waiting()).sum();
        int inService = Math.max(0, daemon.host().held() - waiting);
        return new ControlReply.Admission(
                null, null, null, state, state, guests.size(), inService, waiting);
    }

    private ControlReply.Kill kill(OfSession request) throws ControlException {
        Long session = request.session();
        long meant =
                Stream.of(session, request.guest(), request.tenant())
                        .filter(Objects::nonNull)
                        .count();
        if (meant != 1) {
            throw new ControlException("name a session, a guest or a tenant, one of them");
        }
        if (request.tenant() != null) {
            return new ControlReply.Kill(
                    guestsOf(request.tenant()).stream()
                            .mapToInt(guest -> daemon.dispatcher().killAll(guest.running().guest()))
                            .sum());
        }
        if (session == null) {
            return new ControlReply.Kill(daemon.dispatcher().killAll(chosen(request.guest())));
        }
        if (!daemon.dispatcher().kill(session)) {
            throw new ControlException("there is no open session " + session);
        }
        return new ControlReply.Kill(1);
    }

    private ControlReply.PolicyInputs policyInputs() {
        PolicyStatus status = daemon.policies().status();
        return new ControlReply.PolicyInputs(
                DaemonStatus.VERSION,
                status.file(),
                status.revision().label(),
                LimitOfGuest.ofOptions(daemon.policies().underneath()),
                daemon.dispatcher().guests().stream()
                        .map(guest -> ControlReply.PolicyGuest.of(guest.identity()))
                        .toList());
    }

    /**
     * Clears the verdict memory: for a guest, only what no other guest uses; for a tenant, all that
     * its guests use.
     */
    private ControlReply.MemoryClear clearMemory(OfGuests request) throws ControlException {
        if (request.guest() != null && request.tenant() != null) {
            throw new ControlException("of a guest and a tenant only one can be meant; drop one");
        }
        Predicate<Object> meant;
        if (request.guest() != null) {
            Object epoch = chosen(request.guest()).epoch();
            return new ControlReply.MemoryClear(
                    daemon.memory().map(memory -> memory.clearGuest(epoch)).orElse(0L));
        }
        if (request.tenant() != null) {
            Tenant tenant = new Tenant.Named(request.tenant());
            meant =
                    scope ->
                            scope.equals(tenant)
                                    || (scope instanceof Owner owner
                                            && owner.tenant().equals(tenant));
        } else {
            meant = _ -> true;
        }
        return new ControlReply.MemoryClear(
                daemon.memory().map(memory -> memory.clear(meant)).orElse(0L));
    }

    private ControlReply.Reload reload() {
        return switch (daemon.policies().reload()) {
            case Unchanged(Loading last) -> inForce(last, false);
            case Replaced(Loading loading) -> inForce(loading, true);
            case Refused(List<String> problems) -> refused(problems);
        };
    }

    private ControlReply.Reload inForce(Loading loading, boolean reloaded) {
        return new ControlReply.Reload(
                true,
                null,
                daemon.policies().status().file(),
                loading.revision().label(),
                loading.since(),
                reloaded,
                loading.swap().guests(),
                loading.swap().changes().stream().map(PolicyChange::line).toList(),
                List.of());
    }

    private ControlReply.Reload refused(List<String> problems) {
        PolicyStatus status = daemon.policies().status();
        return new ControlReply.Reload(
                false,
                status.file() + " is wrong and changes nothing, the last good one stays",
                status.file(),
                status.revision().label(),
                status.loadedAt(),
                false,
                0,
                List.of(),
                problems);
    }

    private RunningGuest running(@Nullable String text) throws ControlException {
        return daemon.dispatcher().running(chosen(text));
    }

    private Guest chosen(@Nullable String text) throws ControlException {
        return GuestChoice.of(daemon.registry().guests(), text);
    }
}
