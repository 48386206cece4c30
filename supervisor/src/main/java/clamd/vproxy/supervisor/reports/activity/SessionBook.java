package clamd.vproxy.supervisor.reports.activity;

import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.connections.dispatch.SessionObserver;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestListener;
import clamd.vproxy.worker.session.SessionResult;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts every session that ends, once: for its guest from the guest's start to its stop, and its
 * durations for the host. A renamed guest starts from zero. Thread-safe.
 *
 * <p>Guests of several libvirts may share a name. Metrics show these together, and a counter must
 * not go back when one of them stops, so a name has counts of its own until its last guest stops.
 */
public final class SessionBook implements GuestListener, SessionObserver {
    private final Function<UUID, Optional<Guest>> registry;
    private final LongSupplier nanoClock;

    /** The most named tenants that have counts of their own: the first ones that have a session. */
    public static final int MOST_TENANTS = 200;

    private static final String OTHER_TENANTS = "other";

    private final Map<String, Domain> domains = new ConcurrentHashMap<>();

    /**
     * The counts for metrics: no series of a tenant may disappear or go back while the daemon runs.
     */
    private final Map<String, Tally> tenants = new ConcurrentHashMap<>();

    private final Map<Wait, Histogram> waits = new EnumMap<>(Wait.class);
    private final Histogram scans = Histogram.ofScans();
    private final AtomicLong unknownPeers = new AtomicLong();

    /** A name, with the guests that have it now, at least one. */
    private record Domain(Tally all, Map<Guest.Epoch, Tally> running) {
        Domain with(Guest.Epoch run, long nowNanos) {
            Map<Guest.Epoch, Tally> more = new HashMap<>(running);
            more.putIfAbsent(run, new Tally(nowNanos));
            return new Domain(all, Map.copyOf(more));
        }

        @Nullable Domain without(Guest.Epoch run) {
            Map<Guest.Epoch, Tally> rest = new HashMap<>(running);
            rest.remove(run);
            return rest.isEmpty() ? null : new Domain(all, Map.copyOf(rest));
        }
    }

    /**
     * Creates an empty book; it must be a listener before the first guest starts.
     *
     * @param registry returns the running guest with a UUID
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public SessionBook(Function<UUID, Optional<Guest>> registry, LongSupplier nanoClock) {
        this.registry = registry;
        this.nanoClock = nanoClock;
        for (Wait wait : Wait.values()) {
            waits.put(wait, Histogram.ofWaits());
        }
    }

    @Override
    public void started(Guest guest) {
        domains.compute(guest.name(), (_, domain) -> with(domain, guest));
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
        domains.computeIfPresent(guest.name(), (_, domain) -> domain.without(guest.epoch()));
    }

    private Domain with(@Nullable Domain domain, Guest guest) {
        long now = nanoClock.getAsLong();
        return (domain != null ? domain : new Domain(new Tally(now), Map.of()))
                .with(guest.epoch(), now);
    }

    @Override
    public void ended(EndedSession session) {
        time(session.result());
        session.policy()
                .tenant()
                .tenant()
                .named()
                .ifPresent(name -> tallyOf(name).add(session, nanoClock.getAsLong()));
        Guest guest = session.guest();
        Domain known = domains.get(guest.name());
        Domain domain =
                known != null && known.running.containsKey(guest.epoch())
                        ? known
                        : domains.compute(guest.name(), (_, now) -> asRegistered(now, guest));
        if (domain != null) {
            long now = nanoClock.getAsLong();
            domain.all.add(session, now);
            Optional.ofNullable(domain.running.get(guest.epoch()))
                    .ifPresent(tally -> tally.add(session, now));
        }
    }

    private Tally tallyOf(String tenant) {
        Tally known = tenants.get(tenant);
        if (known != null) {
            return known;
        }
        // two threads at once may add one more, which is harmless
        String name = tenants.size() < MOST_TENANTS ? tenant : OTHER_TENANTS;
        return tenants.computeIfAbsent(name, _ -> new Tally(nanoClock.getAsLong()));
    }

    /**
     * Enters a guest whose session ends before the book receives its start, but no guest that has
     * stopped: the registry changes before it notifies its listeners.
     */
    private @Nullable Domain asRegistered(@Nullable Domain known, Guest guest) {
        boolean runs =
                registry.apply(guest.uuid())
                        .filter(now -> now.epoch().equals(guest.epoch()))
                        .filter(now -> now.name().equals(guest.name()))
                        .isPresent();
        return runs ? with(known, guest) : known;
    }

    private void time(SessionResult result) {
        if (result.scan().isPositive()) {
            scans.add(result.scan());
        }
        waits.forEach((wait, histogram) -> {
            if (wait.appliesTo(result)) {
                histogram.add(wait.of(result));
            }
        });
    }

    @Override
    public void endedOfNoGuest(long cid, SessionResult result) {
        unknownPeers.incrementAndGet();
    }

    /** Returns the counts of a run of a guest so far. */
    public SessionCounts of(Guest guest) {
        Domain domain = domains.get(guest.name());
        Tally tally = domain == null ? null : domain.running.get(guest.epoch());
        return tally == null ? SessionCounts.NONE : tally.counts(nanoClock.getAsLong());
    }

    /** Returns the counts of ended sessions of all guests. */
    public HostCounts ofHost() {
        Map<String, SessionCounts> byDomain = new HashMap<>();
        domains.forEach(
                (name, domain) -> byDomain.put(name, domain.all.counts(nanoClock.getAsLong())));
        Map<Wait, Histogram.Buckets> times = new EnumMap<>(Wait.class);
        waits.forEach((wait, histogram) -> times.put(wait, histogram.buckets()));
        Map<String, SessionCounts> byTenant = new HashMap<>();
        tenants.forEach((name, tally) -> byTenant.put(name, tally.counts(nanoClock.getAsLong())));
        return new HostCounts(byDomain, byTenant, times, scans.buckets());
    }

    /** Returns how many connections were refused because no running guest has their CID. */
    public long unknownPeers() {
        return unknownPeers.get();
    }
}
