package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limit;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.shares.TenantShare;

/**
 * Holds one stream to what its guest, and its tenant, may use in a day, by the limits that its
 * session began with. A guest that is a tenant of its own has one count, which is held to both
 * limits. Confined to the session thread.
 */
final class DailyQuota {
    private final DailyUsage usage;
    private final TenantShare tenant;
    private final Most guestMost;
    private final Most tenantMost;
    private long countedBytes;

    /** What may be used in a day; without a limit what no day can reach. */
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
     * To be asked before a stream begins: no guest shall upload what cannot be scanned.
     *
     * @throws SessionEnd if nothing is left today
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
     * Counts what has come since the last call.
     *
     * @param streamBytes the stream's data so far
     * @throws SessionEnd if that is more than was left
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

    /** What was left of something. */
    enum Left {
        ENOUGH,
        NOT_OF_GUEST,
        NOT_OF_TENANT
    }

    /** Counts bytes that have come, whether that many are left or not. */
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
     * Counts the scan of a stream that is there as a whole.
     *
     * @throws SessionEnd if another stream took the last one
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
