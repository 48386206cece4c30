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
 * What the sessions of all guests share. Thread-safe.
 *
 * @param clamds where to relay to
 * @param spool what open uploads hold at clamd
 * @param buffers buffers of at least 16 bytes for relaying
 * @param watchdog looks at every session's deadlines
 * @param abandoned takes over scans that run longer than their sessions
 * @param nanoClock a monotonic clock in nanoseconds
 * @param honestBound the largest stream in bytes that every clamd scans to its end, as of now;
 *     beyond it one would answer OK unscanned, so no policy can allow more
 * @param audited whether somebody keeps what becomes of streams, so that it is worth hashing them
 * @param memory remembers verdicts, if any are to be remembered
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

    /** A context in which nobody keeps what becomes of streams, nor remembers their verdicts. */
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

    /** This context with a memory of verdicts. */
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

    /** The largest stream that clamd scans to its end, in bytes, by its present configuration. */
    long largestHonestStreamBytes() {
        return honestBound.getAsLong();
    }

    /** A byte rate of which nothing is used yet; empty = no limit. */
    ByteRate byteRate(OptionalLong bytesPerSecond) {
        return new ByteRate(bytesPerSecond, buffers.bufferBytes(), nanoClock);
    }

    /** What a tenant's guests have together, without limits yet. */
    public TenantShare tenantShare(Tenant tenant, DailyUsage dailyUsage) {
        return new TenantShare(tenant, byteRate(OptionalLong.empty()), dailyUsage, nanoClock);
    }

    /** The largest stream that a guest with these limits may send, in bytes. */
    long largestStreamBytes(Limits limits) {
        return Math.min(limits.maxStreamBytes(), largestHonestStreamBytes());
    }
}
