package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.DryRun;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import java.util.Optional;

/**
 * A session that has ended, with its guest and policy. Immutable.
 *
 * @param guest as it is known now; its name or CID may have changed while the session ran
 * @param policy the policy that applied to the session
 * @param dryRun how the guest's dry-run rule would have ended the session, if differently
 */
public record EndedSession(
        Guest guest, GuestPolicy policy, SessionResult result, Optional<Termination> dryRun) {

    /** Judges the session by the guest's dry-run rule, too. */
    static EndedSession of(Guest guest, GuestPolicy policy, SessionResult result) {
        Optional<Termination> dryRun =
                policy.dryRun().flatMap(tried -> DryRun.wouldEnd(policy, tried, result));
        return new EndedSession(guest, policy, result, dryRun);
    }

    /** Whether libvirt knows the guest; if not, only its CID is known. */
    public boolean isOfDomain() {
        return !guest.source().equals(CidGuests.SOURCE);
    }
}
