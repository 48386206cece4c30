package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a watcher's state and logs each change: one warning when libvirt is away, one line when it
 * is back. Any thread may read it; only the watcher's thread changes it, except for {@link #event},
 * which the event thread also calls.
 */
final class WatcherStatus {
    private static final Logger log = LoggerFactory.getLogger(LibvirtWatcher.class);

    private enum Told {
        NOTHING,
        AWAY,
        BACK
    }

    private record Link(boolean connected, Instant since) {}

    private final String uri;
    private final Clock clock;

    private volatile Link link;
    private volatile Optional<Instant> lastEvent = Optional.empty();
    private volatile Optional<Instant> lastList = Optional.empty();
    private volatile Optional<String> lastError = Optional.empty();

    /** Confined to the watcher's thread. */
    private Told told = Told.NOTHING;

    WatcherStatus(String uri, Clock clock) {
        this.uri = uri;
        this.clock = clock;
        this.link = new Link(false, clock.instant());
    }

    LibvirtState state(int guests) {
        Link now = link;
        return new LibvirtState(
                uri, now.connected(), now.since(), lastEvent, lastList, guests, lastError);
    }

    void event() {
        lastEvent = Optional.of(clock.instant());
    }

    void connected() {
        link = new Link(true, clock.instant());
    }

    /** Records that the registry has taken over a list: only this ends an outage. */
    void listed(int guests) {
        lastList = Optional.of(clock.instant());
        if (told != Told.BACK) {
            log.info("libvirt at {}: connected, {} domains run", uri, guests);
            told = Told.BACK;
        }
    }

    /** Records a failure that left the connection usable. */
    void failed(String error) {
        lastError = Optional.of(error);
        log.debug("libvirt at {}: {}", uri, error);
    }

    /** Records that there is no connection: it was lost, or could not be opened. */
    void away(String error) {
        lastError = Optional.of(error);
        if (link.connected()) {
            link = new Link(false, clock.instant());
        }
        switch (told) {
            case NOTHING -> log.warn("cannot reach libvirt at {}, retrying: {}", uri, error);
            case BACK ->
                    log.warn("lost libvirt at {}, known guests stay, retrying: {}", uri, error);
            case AWAY -> log.debug("libvirt at {} is still away: {}", uri, error);
        }
        told = Told.AWAY;
    }
}
