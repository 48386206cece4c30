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
 * @param endpoint the address that clamd listens on
 * @param maxUploads how many streams may be open there at once, at least 1
 * @param scanSlots how many streams it scans at once, at least 1
 * @param lendableSlots how many more it may scan, for tenants without a running scan there
 * @param times clamd's own timeouts, and the supervisor's time limits for its scans
 * @param honestBound the largest stream, in bytes, that it currently scans completely
 * @param watcher is notified of its answers
 * @param loaded the files that it has loaded besides its signatures, see {@link SignatureWatch}
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

    /** Creates the settings of a clamd whose largest honest stream does not change. */
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
