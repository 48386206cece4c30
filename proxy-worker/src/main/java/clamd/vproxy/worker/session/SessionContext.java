package clamd.vproxy.worker.session;

import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import java.util.function.LongSupplier;

/**
 * What the sessions of all guests share. Thread-safe.
 *
 * @param clamd where to relay to
 * @param uploads places for streams that are open at clamd
 * @param requests places for PING and VERSION at clamd, apart from the streams' so that they are
 *     answered while streams wait
 * @param buffers buffers of at least 16 bytes for relaying
 * @param watchdog looks at every session's deadlines
 * @param nanoClock a monotonic clock in nanoseconds
 * @param largestHonestStreamBytes the largest stream that clamd scans to its end; beyond it clamd
 *     would answer OK unscanned, so no policy can allow more
 */
public record SessionContext(
        ClamdEndpoint clamd,
        BackendSlots uploads,
        BackendSlots requests,
        BufferPool buffers,
        Watchdog watchdog,
        LongSupplier nanoClock,
        long largestHonestStreamBytes) {}
