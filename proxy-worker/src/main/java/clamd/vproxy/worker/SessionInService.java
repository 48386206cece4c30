package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionService;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import java.util.Optional;

/**
 * A session that a thread of its guest serves, and what it holds meanwhile: it counts for the
 * guest's quota, for the tenant and for the host until the guest has its answer.
 *
 * <p>Confined to the session's thread, but for {@link #session} and {@link #number}.
 */
final class SessionInService implements Runnable, SessionService {
    private final GuestWorker worker;
    private final SessionListener listener;
    private final Session session;
    private final GuestPolicy begun;
    private final TenantShare tenant;
    private final HostConnections.Lease lease;
    private boolean counts = true;

    /**
     * @param begun the policy under which the session begins
     * @param tenant counts the session
     * @param lease counts the session for the host
     */
    SessionInService(
            GuestWorker worker,
            SessionListener listener,
            Session session,
            GuestPolicy begun,
            TenantShare tenant,
            HostConnections.Lease lease) {
        this.worker = worker;
        this.listener = listener;
        this.session = session;
        this.begun = begun;
        this.tenant = tenant;
        this.lease = lease;
    }

    Session session() {
        return session;
    }

    long number() {
        return session.number();
    }

    @Override
    public void run() {
        try {
            SessionResult result = session.run(this, WorkerThreads.scratch());
            answered();
            listener.ended(begun, result);
        } finally {
            answered();
            worker.finished(this);
        }
    }

    @Override
    public boolean mayWork() {
        return lease.keep();
    }

    @Override
    public Terms terms() {
        return worker.terms();
    }

    @Override
    public Optional<Termination> awaitTurn() {
        try {
            return worker.awaitTurn(session);
        } finally {
            // the next guest in the line may be another one
            worker.tenant().serveNext();
        }
    }

    @Override
    public void requestEnded(GuestPolicy served, SessionResult result) {
        lease.rest();
        listener.ended(served, result);
    }

    @Override
    public void answered() {
        if (counts) {
            counts = false;
            lease.close();
            tenant.leaveService();
            worker.leaveService();
            tenant.serveNext();
        }
    }
}
