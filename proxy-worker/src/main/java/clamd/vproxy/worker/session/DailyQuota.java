package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.shares.TenantShare;

/**
 * Enforces the daily limits of a guest and its tenant on one stream. The limits are those in force
 * when the session began. A guest that is its own tenant has a single count, to which both limits
 * apply. Confined to the session thread.
 */
final class DailyQuota {
    private final DailyUsage usage;
    private final TenantShare tenant;
    private final Most guestMost;
    private final Most tenantMost;
    private long countedBytes;

    /** The daily limits; {@link Long#MAX_VALUE} stands for no limit. */
    private record Most(long bytes, long scans) {}

    DailyQuota(GuestShare share, Limits limits) {
        TenantLimits tenantLimits = share.tenantPolicy().limits();
        this.usage = share.dailyUsage();
        this.tenant = share.tenant();
        this.guestMost =
                new Most(
                        limits.maxDailyBytes().orElse(Long.MAX_VALUE),
                        limits.maxDailyScans().orElse(Long.MAX_VALUE));
        this.tenantMost =
                new Most(
                        tenantLimits.bound(Limit.MAX_DAILY_BYTES).orElse(Long.MAX_VALUE),
                        tenantLimits.bound(Limit.MAX_DAILY_SCANS).orElse(Long.MAX_VALUE));
    }

    /**
     * Checks the daily quota before a stream begins, so that no guest uploads data that cannot be
     * scanned.
     *
     * @throws SessionEnd if nothing is left for today
     */
    void requireSomeLeft() throws SessionEnd {
        DailyAmount today = usage.today();
        DailyAmount tenantsToday = tenant.dailyUsage().today();
        if (today.scans() >= guestMost.scans) {
            throw new SessionEnd(Termination.DAILY_SCANS);
        }
        if (tenantsToday.scans() >= tenantMost.scans) {
            throw tenantsEnd(Termination.DAILY_SCANS, Limit.MAX_DAILY_SCANS);
        }
        if (today.bytes() >= guestMost.bytes) {
            throw new SessionEnd(Termination.DAILY_BYTES);
        }
        if (tenantsToday.bytes() >= tenantMost.bytes) {
            throw tenantsEnd(Termination.DAILY_BYTES, Limit.MAX_DAILY_BYTES);
        }
    }

    private SessionEnd tenantsEnd(Termination termination, Limit limit) {
        return new SessionEnd(termination, tenant.reason(limit));
    }

    /**
     * Counts the bytes received since the last call.
     *
     * @param streamBytes bytes of the stream's data so far
     * @throws SessionEnd if these are more bytes than were left
     */
    void takeBytes(long streamBytes) throws SessionEnd {
        long more = streamBytes - countedBytes;
        countedBytes = streamBytes;
        switch (count(more)) {
            case ENOUGH -> {}
            case NOT_OF_GUEST -> throw new SessionEnd(Termination.DAILY_BYTES);
            case NOT_OF_TENANT -> throw tenantsEnd(Termination.DAILY_BYTES, Limit.MAX_DAILY_BYTES);
        }
    }

    /** Whose quota was exhausted, if any. */
    enum Left {
        ENOUGH,
        NOT_OF_GUEST,
        NOT_OF_TENANT
    }

    /** Counts received bytes, even if they exceed the quota. */
    Left count(long bytes) {
        if (bytes <= 0) {
            return Left.ENOUGH;
        }
        if (hasOneCount()) {
            long most = Math.min(guestMost.bytes, tenantMost.bytes);
            Left left =
                    guestMost.bytes <= tenantMost.bytes ? Left.NOT_OF_GUEST : Left.NOT_OF_TENANT;
            return usage.takeBytes(bytes, most) ? Left.ENOUGH : left;
        }
        boolean guest = usage.takeBytes(bytes, guestMost.bytes);
        boolean all = tenant.dailyUsage().takeBytes(bytes, tenantMost.bytes);
        return !guest ? Left.NOT_OF_GUEST : all ? Left.ENOUGH : Left.NOT_OF_TENANT;
    }

    /**
     * Counts the scan of a completely received stream.
     *
     * @throws SessionEnd if another stream has used the last scan of the day
     */
    void takeScan() throws SessionEnd {
        if (hasOneCount()) {
            if (!usage.takeScan(Math.min(guestMost.scans, tenantMost.scans))) {
                throw guestMost.scans <= tenantMost.scans
                        ? new SessionEnd(Termination.DAILY_SCANS)
                        : tenantsEnd(Termination.DAILY_SCANS, Limit.MAX_DAILY_SCANS);
            }
            return;
        }
        if (!usage.takeScan(guestMost.scans)) {
            throw new SessionEnd(Termination.DAILY_SCANS);
        }
        if (!tenant.dailyUsage().takeScan(tenantMost.scans)) {
            throw tenantsEnd(Termination.DAILY_SCANS, Limit.MAX_DAILY_SCANS);
        }
    }

    private boolean hasOneCount() {
        return usage.equals(tenant.dailyUsage());
    }
}
