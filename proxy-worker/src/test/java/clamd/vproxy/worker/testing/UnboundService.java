package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionService;
import clamd.vproxy.worker.session.Termination;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Serves a session that competes with no other connection for the host. */
public final class UnboundService implements SessionService {
    private final List<SessionResult> ended = new ArrayList<>();
    private Supplier<GuestPolicy> policy;
    private Supplier<Optional<Termination>> turn = Optional::empty;

    public UnboundService(GuestPolicy policy) {
        this.policy = () -> policy;
    }

    /** From now on this is the policy. */
    public void policyIs(GuestPolicy next) {
        policy = () -> next;
    }

    /** From now on further requests are refused for this reason. */
    public void refusesTurns(Termination reason) {
        turn = () -> Optional.of(reason);
    }

    /** The requests of an IDSESSION that have ended, in their order. */
    public List<SessionResult> ended() {
        return ended;
    }

    @Override
    public boolean mayWork() {
        return true;
    }

    @Override
    public void answered() {}

    @Override
    public GuestPolicy policy() {
        return policy.get();
    }

    @Override
    public Optional<Termination> awaitTurn() {
        return turn.get();
    }

    @Override
    public void requestEnded(GuestPolicy served, SessionResult result) {
        ended.add(result);
    }
}
