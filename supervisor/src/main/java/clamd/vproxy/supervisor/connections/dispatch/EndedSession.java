package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/**
 * A session that has ended, and whose it was. Immutable.
 *
 * @param guest as it is known now; its name or CID may have changed while the session ran
 * @param policy what it was served under
 * @param dryRun how the rule that is only tried on the guest would have ended it, where that is
 *     otherwise
 */
public record EndedSession(
        Guest guest, GuestPolicy policy, SessionResult result, Optional<Termination> dryRun) {

    /** Whether libvirt knows the guest; else all that is known of it is its CID. */
    public boolean isOfDomain() {
        return !guest.source().equals(CidGuests.SOURCE);
    }
}
