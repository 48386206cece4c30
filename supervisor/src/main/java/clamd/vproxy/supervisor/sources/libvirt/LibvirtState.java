package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Instant;
import java.util.Optional;

/**
 * The state of a watcher and its libvirt. Immutable.
 *
 * @param uri the connect URI
 * @param connected whether there is a connection now
 * @param since when {@code connected} last changed
 * @param lastEvent when libvirt last reported an event
 * @param lastList when the registry last took over a list of the active domains
 * @param guests how many guests of this URI are known now, even without a connection
 * @param lastError the last error, in one line; kept after a recovery
 */
public record LibvirtState(
        String uri,
        boolean connected,
        Instant since,
        Optional<Instant> lastEvent,
        Optional<Instant> lastList,
        int guests,
        Optional<String> lastError) {}
