package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionService;
import clamd.vproxy.worker.session.Termination;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Serves a session that competes with no other connection for the host. */
public final class UnboundService implements SessionService {
    private final List<SessionResult> ended = new ArrayList<>();
    private final GuestShare share;
    private GuestPolicy policy;
    private Supplier<Optional<Termination>> turn = Optional::empty;
    private BooleanSupplier work = () -> true;

    public UnboundService(GuestPolicy policy, GuestShare share) {
        this.policy = policy;
        this.share = share;
    }

    /** From now on this is the policy. */
    public void policyIs(GuestPolicy next) {
        policy = next;
    }

    /** From now on this decides on further requests. */
    public void turnIs(Supplier<Optional<Termination>> next) {
        turn = next;
    }

    /** From now on this decides whether a session may ask clamd. */
    public void workIs(BooleanSupplier next) {
        work = next;
    }

    /** The requests of an IDSESSION that have ended, in their order. */
    public List<SessionResult> ended() {
        return ended;
    }

    @Override
    public boolean mayWork() {
        return work.getAsBoolean();
    }

    @Override
    public void answered() {}

    @Override
    public Terms terms() {
        return new Terms(policy, share);
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
