package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestListener;
import clamd.vproxy.worker.session.SessionResult;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the sessions of each domain come to, by the domain's name, from its start to its
 * stop: what is kept is bounded by what runs. Domains of one name on several libvirts are counted
 * together, for as long as one of them runs: so a count never goes back while there is one. A
 * domain that is renamed begins anew under its new name. Thread-safe.
 */
public final class ActivityBook implements GuestListener, SessionObserver {
    /** What each number of {@link DomainCounts#recentSessions} is about. */
    public static final Duration RECENT_SPAN = Recent.SPAN;

    private final Function<UUID, Optional<Guest>> registry;
    private final LongSupplier nanoClock;
    private final Map<String, Entry> domains = new ConcurrentHashMap<>();
    private final AtomicLong strangers = new AtomicLong();

    /** The runs that go by a name now, at least one, and what they did. Immutable but for that. */
    private record Entry(Set<Guest.Epoch> runs, DomainActivity activity) {}

    /**
     * An empty book; to be told of guests before the first of them starts.
     *
     * @param registry the guest with this UUID that runs now
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public ActivityBook(Function<UUID, Optional<Guest>> registry, LongSupplier nanoClock) {
        this.registry = registry;
        this.nanoClock = nanoClock;
    }

    @Override
    public void started(Guest guest) {
        domains.compute(guest.name(), (_, entry) -> with(entry, guest));
    }

    @Override
    public void changed(Guest before, Guest after) {
        if (!before.name().equals(after.name())) {
            stopped(before);
            started(after);
        }
    }

    @Override
    public void stopped(Guest guest) {
        domains.computeIfPresent(guest.name(), (_, entry) -> without(entry, guest));
    }

    private Entry with(@Nullable Entry entry, Guest guest) {
        if (entry == null) {
            return new Entry(Set.of(guest.epoch()), new DomainActivity(now()));
        }
        Set<Guest.Epoch> runs = new HashSet<>(entry.runs);
        runs.add(guest.epoch());
        return new Entry(Set.copyOf(runs), entry.activity);
    }

    private static @Nullable Entry without(Entry entry, Guest guest) {
        Set<Guest.Epoch> runs = new HashSet<>(entry.runs);
        runs.remove(guest.epoch());
        return runs.isEmpty() ? null : new Entry(Set.copyOf(runs), entry.activity);
    }

    @Override
    public void ended(EndedSession session) {
        Guest guest = session.guest();
        Entry entry = domains.get(guest.name());
        if (entry == null || !entry.runs.contains(guest.epoch())) {
            entry = domains.compute(guest.name(), (_, known) -> asRegistered(known, guest));
        }
        if (entry != null) {
            entry.activity.add(session, now());
        }
    }

    /**
     * A guest may connect before we are told of its start, and a session may end after the stop.
     * What the registry says decides: whoever tells of a stop has changed that before.
     */
    private @Nullable Entry asRegistered(@Nullable Entry known, Guest guest) {
        boolean runs =
                registry.apply(guest.uuid())
                        .filter(now -> now.epoch().equals(guest.epoch()))
                        .filter(now -> now.name().equals(guest.name()))
                        .isPresent();
        return runs ? with(known, guest) : known;
    }

    @Override
    public void endedOfNoGuest(long cid, SessionResult result) {
        strangers.incrementAndGet();
    }

    /** What each domain that runs has done. */
    public Map<String, DomainCounts> counts() {
        long now = now();
        return domains.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, each -> each.getValue().activity.counts(now)));
    }

    /** How many connections of peers that are no guests were refused. */
    public long strangers() {
        return strangers.get();
    }

    private long now() {
        return nanoClock.getAsLong();
    }
}
