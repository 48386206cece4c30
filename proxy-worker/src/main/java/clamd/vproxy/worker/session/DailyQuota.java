package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;

/**
 * Holds one stream to what its guest may use in a day, by the limits that its session began with.
 * Confined to the session thread.
 */
final class DailyQuota {
    private final DailyUsage usage;
    private final long mostBytes;
    private final long mostScans;
    private long countedBytes;

    DailyQuota(DailyUsage usage, Limits limits) {
        this.usage = usage;
        // without a limit what no day can reach
        this.mostBytes = limits.maxDailyBytes().orElse(Long.MAX_VALUE);
        this.mostScans = limits.maxDailyScans().orElse(Long.MAX_VALUE);
    }

    /**
     * To be asked before a stream begins: no guest shall upload what cannot be scanned.
     *
     * @throws SessionEnd if nothing is left today
     */
    void requireSomeLeft() throws SessionEnd {
        DailyAmount today = usage.today();
        if (today.scans() >= mostScans) {
            throw new SessionEnd(Termination.DAILY_SCANS);
        }
        if (today.bytes() >= mostBytes) {
            throw new SessionEnd(Termination.DAILY_BYTES);
        }
    }

    /**
     * Counts what has come since the last call.
     *
     * @param streamBytes the stream's data so far
     * @throws SessionEnd if that is more than was left
     */
    void takeBytes(long streamBytes) throws SessionEnd {
        long count = streamBytes - countedBytes;
        countedBytes = streamBytes;
        if (count > 0 && !usage.takeBytes(count, mostBytes)) {
            throw new SessionEnd(Termination.DAILY_BYTES);
        }
    }

    /**
     * Counts the scan of a stream that is there as a whole.
     *
     * @throws SessionEnd if another stream took the last one
     */
    void takeScan() throws SessionEnd {
        if (!usage.takeScan(mostScans)) {
            throw new SessionEnd(Termination.DAILY_SCANS);
        }
    }
}
