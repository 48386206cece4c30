package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import java.time.Instant;
import java.util.Optional;

/**
 * One clamd: where it listens, and how much all guests together may have open and scanning there.
 * The bounds apply to each clamd, not to the host, because each clamd has its own queue and
 * threads. Thread-safe.
 *
 * @param endpoint where to connect
 * @param uploadPermits how many streams may be open there, at least 1
 * @param requestPermits how many PINGs and VERSIONs may be open there, at least 1; counted
 *     separately from streams, so that clamd answers them while streams wait
 * @param scans the scan slots at this clamd
 * @param times clamd's own timeouts, and the daemon's for its scans
 * @param watcher receives clamd's answers to the monitor's PINGs
 */
public record Clamd(
        ClamdEndpoint endpoint,
        int uploadPermits,
        int requestPermits,
        ScanSlots scans,
        ClamdTimes times,
        Watcher watcher) {

    /** Receives a clamd's answers, on the monitor's thread. Must not block. */
    @FunctionalInterface
    public interface Watcher {
        /** A watcher that does nothing. */
        Watcher NONE = awaySince -> {};

        /**
         * Called when clamd answered a PING; sessions use clamd after this call.
         *
         * @param awaySince when the monitor first found no listener there since the last answer;
         *     empty if it always found one
         */
        void answered(Optional<Instant> awaySince);
    }

    /** Creates a clamd without a watcher. */
    public Clamd(
            ClamdEndpoint endpoint,
            int uploadPermits,
            int requestPermits,
            ScanSlots scans,
            ClamdTimes times) {
        this(endpoint, uploadPermits, requestPermits, scans, times, Watcher.NONE);
    }
}
