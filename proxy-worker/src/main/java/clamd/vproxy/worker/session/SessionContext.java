package clamd.vproxy.worker.session;

import clamd.vproxy.worker.clamd.Clamd;
import java.util.function.LongSupplier;

/**
 * What the sessions of all guests share. Thread-safe.
 *
 * @param clamd where to relay to
 * @param buffers buffers of at least 16 bytes for relaying
 * @param watchdog looks at every session's deadlines
 * @param abandoned takes over scans that run longer than their sessions
 * @param nanoClock a monotonic clock in nanoseconds
 * @param largestHonestStreamBytes the largest stream that clamd scans to its end; beyond it clamd
 *     would answer OK unscanned, so no policy can allow more
 */
public record SessionContext(
        Clamd clamd,
        BufferPool buffers,
        Watchdog watchdog,
        AbandonedScans abandoned,
        LongSupplier nanoClock,
        long largestHonestStreamBytes) {}
