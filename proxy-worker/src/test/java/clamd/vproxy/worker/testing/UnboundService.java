package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.session.SessionService;

/** Serves a session that competes with no other connection for the host. */
public final class UnboundService implements SessionService {
    @Override
    public boolean mayWork() {
        return true;
    }

    @Override
    public void answered() {}
}
