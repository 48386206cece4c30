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
 * What the sessions of one guest have in common. Thread-safe.
 *
 * @param owner the guest and its tenant, for which permits and scan slots are counted
 * @param byteRate what its uploads may bring in a second
 * @param dailyUsage what its uploads and scans of a day are counted in
 * @param tenant what it has together with its tenant's other guests
 * @param tenantPolicy the limits of sessions that begin now, as far as they are the tenant's
 */
public record GuestShare(
        Owner owner,
        ByteRate byteRate,
        DailyUsage dailyUsage,
        TenantShare tenant,
        TenantPolicy tenantPolicy) {

    /**
     * For a run of a guest of which no upload was read yet.
     *
     * @param policy of it, the byte rate and the tenant
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

    /** For the sessions that begin under another policy, maybe as another tenant's. */
    public GuestShare in(TenantShare nextTenant, TenantPolicy nextPolicy) {
        return new GuestShare(
                new Owner(nextTenant.tenant(), owner.guest()),
                byteRate,
                dailyUsage,
                nextTenant,
                nextPolicy);
    }

    /** The allowance of one upload, within the guest's byte rate and the tenant's. */
    public ByteRate.Allowance upload() {
        return byteRate.uploadWithin(tenant.byteRate());
    }

    /** The weights of a session with these limits. */
    public Weight weight(Limits limits) {
        return new Weight(tenantPolicy.weight(limits), limits.weight());
    }

    /** What the uploads of sessions with these limits may hold together. */
    public Spool.Bounds spoolBounds(Limits limits) {
        return new Spool.Bounds(
                tenantPolicy.limits().bound(Limit.MAX_SPOOL_SIZE).orElse(Long.MAX_VALUE),
                limits.maxSpoolBytes().orElse(Long.MAX_VALUE));
    }

    private static final GuestIdentity NOBODY =
            new GuestIdentity(Optional.empty(), Optional.empty(), OptionalLong.empty(), Set.of());

    /** Tells this run of the guest from all others by {@code equals}. */
    public Object identity() {
        return owner.guest();
    }

    /** For a session beside which there is no other: a peer that is no guest. */
    public static GuestShare ofOne(Object identity, Limits limits, SessionContext context) {
        // nobody asks what day it is
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
