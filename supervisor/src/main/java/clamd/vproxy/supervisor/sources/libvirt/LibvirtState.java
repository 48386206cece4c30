package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Instant;
import java.util.Optional;

/**
 * The state of a watcher and its libvirt. Immutable.
 *
 * @param uri the connect URI
 * @param connected whether there is a connection now
 * @param since when {@code connected} became what it is
 * @param lastEvent when libvirt last reported anything
 * @param lastList when the active domains were last listed and taken over
 * @param guests how many guests of this URI are known now, also while there is no connection
 * @param lastError what last went wrong, in one line; kept after it went well again
 */
public record LibvirtState(
        String uri,
        boolean connected,
        Instant since,
        Optional<Instant> lastEvent,
        Optional<Instant> lastList,
        int guests,
        Optional<String> lastError) {}
