package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Finds the guest of a CID, asking libvirt once for an unknown CID: a guest may connect before its
 * start is reported. Thread-safe, guarded by itself.
 *
 * <p>Every caller waits for lists that began after its call, and concurrent callers share them. A
 * CID that was not found is not looked up again for a second: its owner is not a guest that this
 * daemon knows, and must not keep libvirt busy.
 */
public final class GuestLookup {
    /** A libvirt that can be asked: a {@link LibvirtWatcher}. */
    @FunctionalInterface
    public interface Source {
        /** Requests a list of the active domains, as {@link LibvirtWatcher#listFromNow} does. */
        CompletableFuture<Boolean> listFromNow();
    }

    /** How long a failed lookup of a CID is remembered. */
    static final Duration REMEMBERED = Duration.ofSeconds(1);

    /** How many unknown CIDs are remembered; the oldest are dropped first. */
    static final int MOST_REMEMBERED = 1024;

    private final GuestRegistry registry;
    private final List<Source> sources;
    private final LongSupplier nanoClock;

    /**
     * The CIDs that were not found, with the nano time until which this is remembered, oldest
     * first.
     */
    @GuardedBy("this")
    private final SequencedMap<Long, Long> unknown = new LinkedHashMap<>();

    /**
     * Creates a lookup that remembers no CID.
     *
     * @param registry the guests
     * @param sources every libvirt that runs guests
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public GuestLookup(GuestRegistry registry, List<Source> sources, LongSupplier nanoClock) {
        this.registry = registry;
        this.sources = List.copyOf(sources);
        this.nanoClock = nanoClock;
    }

    /**
     * Returns the guest that owns a CID, from the registry or after one refresh of it.
     *
     * @param cid the peer's CID
     * @param limit the longest wait; a thread that accepts connections for all guests must not wait
     *     here; it asks the registry directly
     * @return empty if no libvirt knows it, none answered in time, or the thread was interrupted;
     *     the interrupt status is then kept
     */
    public Optional<Guest> find(long cid, Duration limit) {
        Optional<Guest> known = registry.byCid(cid);
        if (known.isPresent() || wasRecentlyNotFound(cid)) {
            return known;
        }
        awaitLists(cid, limit);
        Optional<Guest> found = registry.byCid(cid);
        if (found.isEmpty()) {
            remember(cid);
        }
        return found;
    }

    private void awaitLists(long cid, Duration limit) {
        CompletableFuture<?>[] all =
                sources.stream().map(Source::listFromNow).toArray(CompletableFuture[]::new);
        CompletableFuture<?> enough = CompletableFuture.allOf(all).copy();
        for (CompletableFuture<?> one : all) {
            // a libvirt that hangs must not hide the answer of another one
            CompletableFuture<Void> _ =
                    one.thenRun(() -> {
                        if (registry.byCid(cid).isPresent()) {
                            enough.complete(null);
                        }
                    });
        }
        try {
            enough.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // ignored: the caller looks in the registry again in any case
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean wasRecentlyNotFound(long cid) {
        dropExpired();
        return unknown.containsKey(cid);
    }

    private synchronized void remember(long cid) {
        dropExpired();
        unknown.putLast(cid, nanoClock.getAsLong() + REMEMBERED.toNanos());
        if (unknown.size() > MOST_REMEMBERED) {
            unknown.pollFirstEntry();
        }
    }

    @GuardedBy("this")
    private void dropExpired() {
        long now = nanoClock.getAsLong();
        for (Map.Entry<Long, Long> oldest = unknown.firstEntry();
                oldest != null && oldest.getValue() - now <= 0;
                oldest = unknown.firstEntry()) {
            unknown.pollFirstEntry();
        }
    }
}
