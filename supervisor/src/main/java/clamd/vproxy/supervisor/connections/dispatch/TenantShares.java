package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.Tenant;
import clamd.vproxy.supervisor.guests.usage.UsageBook;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.shares.TenantShare;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the share that the guests of each tenant have in common: one object for each tenant, as
 * long as a worker or a session of its guests refers to it. Thread-safe.
 */
final class TenantShares {
    private static final int FIRST_SWEEP = 64;

    private final SessionContext context;
    private final UsageBook usage;

    @GuardedBy("this")
    private final Map<Tenant, WeakReference<TenantShare>> shares = new HashMap<>();

    /** The number of entries at which unreferenced ones are removed. */
    @GuardedBy("this")
    private int nextSweep = FIRST_SWEEP;

    TenantShares(SessionContext context, UsageBook usage) {
        this.context = context;
        this.usage = usage;
    }

    /** Returns the tenant's share, in which this guest takes part. */
    synchronized TenantShare of(Tenant tenant, UUID guest) {
        WeakReference<TenantShare> known = shares.get(tenant);
        @Nullable TenantShare share = known == null ? null : known.get();
        if (share == null) {
            share = context.tenantShare(tenant, usage.of(tenant, guest));
            shares.put(tenant, new WeakReference<>(share));
            sweep();
        }
        return share;
    }

    @GuardedBy("this")
    private void sweep() {
        if (shares.size() >= nextSweep) {
            shares.values().removeIf(each -> each.get() == null);
            nextSweep = Math.max(FIRST_SWEEP, 2 * shares.size());
        }
    }
}
