package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open session, to be written as JSON. Immutable.
 *
 * @param session its number, as in the log and for {@code kill}
 * @param guest the guest's name
 * @param uuid null without libvirt
 * @param cid null while the guest has none
 * @param command the guest's command; null until it is known
 * @param step its current stage, a word such as {@code upload}
 * @param does a description of the stage for people
 * @param inStepMillis how long it has been in that stage
 * @param ageMillis how long the connection has been open
 * @param idleMillis how long ago the guest last sent or received anything
 * @param bytes file data received so far
 */
public record OpenSession(
        long session,
        String guest,
        @Nullable String uuid,
        @Nullable Long cid,
        @Nullable String command,
        String step,
        String does,
        long inStepMillis,
        long ageMillis,
        long idleMillis,
        long bytes) {

    /** Returns the open sessions of a guest, waiting connections last. */
    public static List<OpenSession> of(RunningGuest guest) {
        return guest.sessions().stream()
                .map(open ->
                        new OpenSession(
                                open.session(),
                                guest.label(),
                                GuestView.uuid(guest),
                                GuestView.orNull(guest.guest().cid()),
                                open.command().map(Enum::name).orElse(null),
                                open.step().label(),
                                open.step().text(),
                                open.inStep().toMillis(),
                                open.age().toMillis(),
                                open.idle().toMillis(),
                                open.streamBytes()))
                .toList();
    }
}
