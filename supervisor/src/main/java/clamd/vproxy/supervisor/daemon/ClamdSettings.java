package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.memory.LoadedFiles;
import clamd.vproxy.worker.memory.SignatureWatch;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The settings of a supervisor for one clamd. Immutable.
 *
 * @param endpoint where it listens
 * @param maxUploads streams that are open there at once, at least 1
 * @param scanSlots streams that it scans at once, at least 1
 * @param lendableSlots how many more it can scan, of tenants of which it scans nothing
 * @param times its own timeouts, and ours for its scans
 * @param honestBound the largest stream in bytes that it really scans, as of now
 * @param watcher hears of its answers
 * @param loaded what it has read besides, see {@link SignatureWatch}
 */
public record ClamdSettings(
        ClamdEndpoint endpoint,
        int maxUploads,
        int scanSlots,
        int lendableSlots,
        ClamdTimes times,
        LongSupplier honestBound,
        Clamd.Watcher watcher,
        Function<SignatureVersion, Optional<Object>> loaded) {

    /** A clamd whose largest honest stream does not change. */
    public ClamdSettings(
            ClamdEndpoint endpoint,
            int maxUploads,
            int scanSlots,
            int lendableSlots,
            ClamdTimes times,
            long largestHonestStreamBytes) {
        this(
                endpoint,
                maxUploads,
                scanSlots,
                lendableSlots,
                times,
                () -> largestHonestStreamBytes,
                Clamd.Watcher.NONE,
                LoadedFiles::unseen);
    }
}
