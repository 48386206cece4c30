package clamd.vproxy.worker.session;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.spool.Spool;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The quotas and rates that the sessions of one guest share. Thread-safe.
 *
 * @param owner the guest and its tenant, for which permits and scan slots are counted
 * @param byteRate the bytes per second that the guest's uploads share
 * @param dailyUsage counts the guest's bytes and scans of a day
 * @param tenant the quotas and rates that all guests of the tenant share
 * @param tenantPolicy the tenant's limits for sessions that begin now
 */
public record GuestShare(
        Owner owner,
        ByteRate byteRate,
        DailyUsage dailyUsage,
        TenantShare tenant,
        TenantPolicy tenantPolicy) {

    /**
     * Creates the share of a new run of a guest, with an unused byte rate.
     *
     * @param policy supplies the byte rate and the tenant's limits
     */
    public static GuestShare of(
            Object guest,
            GuestPolicy policy,
            DailyUsage dailyUsage,
            TenantShare tenant,
            SessionContext context) {
        return new GuestShare(
                new Owner(tenant.tenant(), guest),
                context.byteRate(policy.limits().maxByteRate()),
                dailyUsage,
                tenant,
                policy.tenant());
    }

    /**
     * Returns this share under another policy, and possibly in another tenant, for sessions that
     * begin from now on.
     */
    public GuestShare in(TenantShare nextTenant, TenantPolicy nextPolicy) {
        return new GuestShare(
                new Owner(nextTenant.tenant(), owner.guest()),
                byteRate,
                dailyUsage,
                nextTenant,
                nextPolicy);
    }

    /**
     * Returns the allowance of one upload, within the byte rates of the guest and of the tenant.
     */
    public ByteRate.Allowance upload() {
        return byteRate.uploadWithin(tenant.byteRate());
    }

    /** Returns the weights of a session with these limits. */
    public Weight weight(Limits limits) {
        return new Weight(tenantPolicy.weight(limits), limits.weight());
    }

    /** Returns the most that the uploads of sessions with these limits may hold together. */
    public Spool.Bounds spoolBounds(Limits limits) {
        return new Spool.Bounds(
                tenantPolicy.limits().bound(Limit.MAX_SPOOL_SIZE).orElse(Long.MAX_VALUE),
                limits.maxSpoolBytes().orElse(Long.MAX_VALUE));
    }

    private static final GuestIdentity NOBODY =
            new GuestIdentity(Optional.empty(), Optional.empty(), OptionalLong.empty(), Set.of());

    /** Returns the object that identifies this run of the guest by {@code equals}. */
    public Object identity() {
        return owner.guest();
    }

    /** Creates the share of a peer that is not a guest and has only one session. */
    public static GuestShare ofOne(Object identity, Limits limits, SessionContext context) {
        // the date is never used
        Clock epoch = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        DailyUsage usage = new DailyUsage(epoch);
        GuestPolicy policy = PolicySet.withoutFile(limits).resolve(NOBODY);
        return of(
                identity,
                policy,
                usage,
                context.tenantShare(new Tenant.OneGuest(identity.toString()), usage),
                context);
    }
}
