package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.ServedGuest;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.reports.control.AdmissionReply;
import clamd.vproxy.supervisor.reports.control.ControlCommand;
import clamd.vproxy.supervisor.reports.control.ControlException;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuest;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfGuests;
import clamd.vproxy.supervisor.reports.control.ControlRequest.OfSession;
import clamd.vproxy.supervisor.reports.control.GuestReply;
import clamd.vproxy.supervisor.reports.control.GuestsReply;
import clamd.vproxy.supervisor.reports.control.KillReply;
import clamd.vproxy.supervisor.reports.control.SessionsReply;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.HostConnections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The commands about guests and their sessions. Thread-safe. */
record GuestCommands(GuestRegistry registry, Dispatcher dispatcher, HostConnections host) {

    /** All of them. */
    List<ControlCommand<?>> all() {
        return List.of(
                ControlCommand.plain("guests", false, this::guests),
                new ControlCommand<>("guest", false, OfGuest.class, this::guest),
                new ControlCommand<>("sessions", false, OfGuest.class, this::sessions),
                admission("pause", Admission.PAUSED),
                admission("drain", Admission.DRAINING),
                admission("resume", Admission.OPEN),
                new ControlCommand<>("kill", true, OfSession.class, this::kill));
    }

    private GuestsReply guests() {
        return new GuestsReply(true, dispatcher.guests().stream().map(GuestViews::guest).toList());
    }

    private GuestReply guest(OfGuest request) throws ControlException {
        ServedGuest served = dispatcher.served(chosen(request.guest()));
        return new GuestReply(
                true,
                GuestViews.guest(served),
                served.guest().source(),
                served.guest().metadataClasses().stream().sorted().toList(),
                GuestViews.limits(served),
                GuestViews.sessions(served).toList());
    }

    private SessionsReply sessions(OfGuest request) throws ControlException {
        Stream<ServedGuest> asked =
                request.guest() == null
                        ? dispatcher.guests().stream()
                        : Stream.of(dispatcher.served(chosen(request.guest())));
        return new SessionsReply(true, asked.flatMap(GuestViews::sessions).toList());
    }

    private ControlCommand<OfGuests> admission(String name, Admission next) {
        return new ControlCommand<>(
                name,
                true,
                OfGuests.class,
                request ->
                        Boolean.TRUE.equals(request.all())
                                ? admitAll(request, next)
                                : admit(request, next));
    }

    private AdmissionReply admit(OfGuests request, Admission next) throws ControlException {
        Guest guest = chosen(request.guest());
        dispatcher.admit(guest, next);
        ServedGuest served = dispatcher.served(guest);
        return new AdmissionReply(
                true,
                served.label(),
                GuestViews.uuid(served),
                served.admission().label(),
                dispatcher.admissionOfAll().label(),
                served.connections().inService(),
                served.connections().waiting());
    }

    private AdmissionReply admitAll(OfGuests request, Admission next) throws ControlException {
        if (request.guest() != null) {
            throw new ControlException("a guest and all guests cannot be meant; drop one");
        }
        dispatcher.admitAll(next);
        String state = dispatcher.admissionOfAll().label();
        int waiting =
                dispatcher.guests().stream().mapToInt(each -> each.connections().waiting()).sum();
        return new AdmissionReply(
                true, null, null, state, state, Math.max(0, host.held() - waiting), waiting);
    }

    private KillReply kill(OfSession request) throws ControlException {
        Long session = request.session();
        if ((session == null) == (request.guest() == null)) {
            throw new ControlException("name a session or a guest, one of them");
        }
        if (session == null) {
            return new KillReply(true, dispatcher.killAll(chosen(request.guest())));
        }
        if (!dispatcher.kill(session)) {
            throw new ControlException("there is no open session " + session);
        }
        return new KillReply(true, 1);
    }

    private Guest chosen(@Nullable String text) throws ControlException {
        return GuestChoice.of(registry.guests(), text);
    }
}
