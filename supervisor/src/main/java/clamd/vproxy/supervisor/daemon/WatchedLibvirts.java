package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.base.threads.Loop;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.connections.dispatch.CidGuests;
import clamd.vproxy.supervisor.connections.dispatch.GuestFinder;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.sources.libvirt.GuestLookup;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtCallException;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtTiming;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtWatcher;
import clamd.vproxy.supervisor.sources.libvirt.NativeLibvirt;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the libvirts whose guests are served, one for each connect URI. Thread-safe. */
final class WatchedLibvirts {
    private static final Logger log = LoggerFactory.getLogger(WatchedLibvirts.class);

    /**
     * How long a start waits for the first lists of all libvirts before it continues without them.
     */
    private static final Duration FIRST_LIST_LIMIT = Duration.ofSeconds(5);

    private final List<String> uris;
    private final RegistryWriter writer;
    private final LongSupplier nanoClock;
    private final List<LibvirtWatcher> watchers = new CopyOnWriteArrayList<>();

    /** Creates an object that follows no libvirt before {@link #watch}. */
    WatchedLibvirts(List<String> uris, RegistryWriter writer, LongSupplier nanoClock) {
        this.uris = uris;
        this.writer = writer;
        this.nanoClock = nanoClock;
    }

    /** Returns an unmodifiable view of the watchers that have started; more may appear in it. */
    List<LibvirtWatcher> watchers() {
        return Collections.unmodifiableList(watchers);
    }

    /**
     * Returns a finder for peers that the registry does not know; without any libvirt each CID is a
     * guest.
     */
    GuestFinder finder() {
        return uris.isEmpty()
                ? new CidGuests(writer)
                : new GuestLookup(writer.registry(), sources(), nanoClock)::find;
    }

    /** Returns one source for each URI; its watcher starts only when the dispatcher listens. */
    private List<GuestLookup.Source> sources() {
        return IntStream.range(0, uris.size())
                .<GuestLookup.Source>mapToObj(index ->
                        () ->
                                index < watchers.size()
                                        ? watchers.get(index).listFromNow()
                                        : CompletableFuture.completedFuture(false))
                .toList();
    }

    /**
     * Starts a watcher for each URI, and waits a while for their first lists.
     *
     * @param parts stops the watchers at the end
     * @param loops receives the loops that the watchdog must monitor
     * @throws StartException if libvirt's library is missing
     */
    void watch(StartedParts parts, Collection<Loop> loops)
            throws StartException, InterruptedException {
        if (uris.isEmpty()) {
            return;
        }
        NativeLibvirt libvirt;
        try {
            libvirt = NativeLibvirt.load();
        } catch (LibvirtCallException e) {
            throw new StartException(e);
        }
        loops.add(libvirt.eventLoop());
        for (String uri : uris) {
            LibvirtWatcher watcher =
                    parts.add(
                            new LibvirtWatcher(
                                    libvirt,
                                    uri,
                                    writer,
                                    LibvirtTiming.DEFAULT,
                                    nanoClock,
                                    SystemClock.utc()));
            watchers.add(watcher);
            loops.add(watcher.loop());
        }
        awaitFirstLists();
    }

    private void awaitFirstLists() throws InterruptedException {
        long deadline = nanoClock.getAsLong() + FIRST_LIST_LIMIT.toNanos();
        for (LibvirtWatcher watcher : watchers) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - nanoClock.getAsLong()));
            if (!watcher.awaitFirstList(left)) {
                log.warn(
                        "no list of domains from {} yet; its guests are refused until it answers",
                        watcher.state().uri());
            }
        }
    }
}
