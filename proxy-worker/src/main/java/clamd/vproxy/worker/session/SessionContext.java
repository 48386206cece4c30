package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.memory.VerdictMemory;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.spool.Spool;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The environment that the sessions of all guests share. Thread-safe.
 *
 * @param clamds the clamds to which requests are relayed
 * @param spool counts the bytes that open uploads hold at clamd
 * @param buffers buffers of at least 16 bytes for relaying
 * @param watchdog checks every session's deadlines
 * @param abandoned takes over scans that run longer than their sessions
 * @param nanoClock a monotonic clock in nanoseconds
 * @param honestBound the largest stream in bytes that every clamd scans to its end at present;
 *     clamd would answer OK to a longer one without scanning all of it, so no policy can allow more
 * @param audited whether streams are audited, so that their hashes are needed
 * @param memory remembers verdicts; empty if none are remembered
 */
public record SessionContext(
        Clamds clamds,
        Spool spool,
        BufferPool buffers,
        Watchdog watchdog,
        AbandonedScans abandoned,
        LongSupplier nanoClock,
        LongSupplier honestBound,
        boolean audited,
        Optional<VerdictMemory> memory) {

    /** Creates a context without audit and without a verdict memory. */
    public SessionContext(
            Clamds clamds,
            Spool spool,
            BufferPool buffers,
            Watchdog watchdog,
            AbandonedScans abandoned,
            LongSupplier nanoClock,
            long largestHonestStreamBytes) {
        this(
                clamds,
                spool,
                buffers,
                watchdog,
                abandoned,
                nanoClock,
                () -> largestHonestStreamBytes,
                false,
                Optional.empty());
    }

    /** Returns this context with a verdict memory. */
    public SessionContext with(VerdictMemory verdicts) {
        return new SessionContext(
                clamds,
                spool,
                buffers,
                watchdog,
                abandoned,
                nanoClock,
                honestBound,
                audited,
                Optional.of(verdicts));
    }

    /**
     * Returns the size in bytes of the largest stream that clamd, as configured at present, scans
     * to its end.
     */
    long largestHonestStreamBytes() {
        return honestBound.getAsLong();
    }

    /** Creates an unused byte rate; empty = no limit. */
    ByteRate byteRate(OptionalLong bytesPerSecond) {
        return new ByteRate(bytesPerSecond, buffers.bufferBytes(), nanoClock);
    }

    /** Creates the share of a tenant, without limits yet. */
    public TenantShare tenantShare(Tenant tenant, DailyUsage dailyUsage) {
        return new TenantShare(tenant, byteRate(OptionalLong.empty()), dailyUsage, nanoClock);
    }

    /** Returns the size in bytes of the largest stream that a guest with these limits may send. */
    long largestStreamBytes(Limits limits) {
        return Math.min(limits.maxStreamBytes(), largestHonestStreamBytes());
    }
}
