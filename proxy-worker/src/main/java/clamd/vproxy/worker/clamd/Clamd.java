package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import java.time.Instant;
import java.util.Optional;

/**
 * One clamd: where it listens, and what all guests together may have open and scanning there. The
 * bounds belong to the clamd, not to the host, for each clamd has its own queue and threads.
 * Thread-safe.
 *
 * @param endpoint where to connect
 * @param uploadPlaces how many streams may be open there, at least 1
 * @param requestPlaces how many PINGs and VERSIONs may be open there, at least 1; apart from the
 *     streams so that they are answered while streams wait
 * @param scans slots for streams that it is scanning
 * @param times its own timeouts, and ours for its scans
 * @param watcher hears of its answers to our PINGs
 */
public record Clamd(
        ClamdEndpoint endpoint,
        int uploadPlaces,
        int requestPlaces,
        ScanSlots scans,
        ClamdTimes times,
        Watcher watcher) {

    /** Hears of a clamd's answers, on the thread that asks it. Must not block. */
    @FunctionalInterface
    public interface Watcher {
        /** Does nothing. */
        Watcher NONE = awaySince -> {};

        /**
         * clamd answered a PING; sessions use it after this call.
         *
         * @param awaySince when it was first seen since its last answer that nobody listened there;
         *     empty if that was not seen
         */
        void answered(Optional<Instant> awaySince);
    }

    /** A clamd of whose answers nobody else hears. */
    public Clamd(
            ClamdEndpoint endpoint,
            int uploadPlaces,
            int requestPlaces,
            ScanSlots scans,
            ClamdTimes times) {
        this(endpoint, uploadPlaces, requestPlaces, scans, times, Watcher.NONE);
    }
}
