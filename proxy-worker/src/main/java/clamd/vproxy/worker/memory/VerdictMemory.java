package clamd.vproxy.worker.memory;

import clamd.vproxy.worker.shares.Owner;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers which streams clamd has found clean or infected, separately for each scope: a guest, or
 * a tenant. Scans of one scope affect neither the replies to another scope nor the duration of its
 * streams.
 *
 * <p>All scopes together have a bounded number of entries. When the memory is full, it evicts
 * entries of the scope that has the most, so a guest that fills the memory evicts only entries that
 * it has in excess of other guests.
 *
 * <p>A verdict is valid as long as every clamd scans with the signatures that it had before and
 * after the scan, see {@link SignatureWatch}.
 *
 * <p>Thread-safe.
 */
public final class VerdictMemory {
    private static final Logger log = LoggerFactory.getLogger(VerdictMemory.class);

    /**
     * The maximum age of the knowledge about clamd's signatures when a remembered verdict is used.
     */
    private static final Duration MOST_AGE = Duration.ofMillis(100);

    /** How long a stream waits for clamd's version before it is scanned instead. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

    /** The number of recent verdicts that are searched for an equal one. */
    private static final int MOST_SHARED = 256;

    /** The divisor for the part of the largest scope that is evicted at once. */
    private static final int EVICTED_PART = 64;

    private final int mostEntries;
    private final SignatureWatch watch;
    private final LongSupplier nanoClock;
    private final Map<Object, Cache<StreamKey, Remembered>> scopes = new ConcurrentHashMap<>();
    private final Map<Scan, Flight> flights = new ConcurrentHashMap<>();
    private final Object eviction = new Object();

    /** The number of verdicts that can be added before the entries must be counted. */
    private final AtomicLong uncounted = new AtomicLong();

    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder coalesced = new LongAdder();

    @GuardedBy("eviction")
    private long evictions;

    /** The most recent verdict for each signature, or for clean. */
    private final Map<Optional<String>, Remembered> last = new ConcurrentHashMap<>();

    /** Identifies the scan of a stream in one scope. */
    record Scan(Object scope, StreamKey key) {}

    /**
     * Creates an empty memory.
     *
     * @param mostEntries the maximum number of entries, at least 1
     */
    public VerdictMemory(int mostEntries, SignatureWatch watch, LongSupplier nanoClock) {
        if (mostEntries < 1) {
            throw new IllegalArgumentException("a memory of " + mostEntries + " verdicts");
        }
        this.mostEntries = mostEntries;
        this.watch = watch;
        this.nanoClock = nanoClock;
        watch.whenChanged(this::signaturesChanged);
    }

    /** Reports the version that clamd has sent a guest. */
    public void announced(String version) {
        watch.announced(version);
    }

    /**
     * Creates the lookup for a stream that has been received completely.
     *
     * @param scope the scope whose verdicts may be used, identified by {@code equals}
     * @param age the maximum age of a verdict
     */
    public Recall recall(Object scope, StreamKey key, Duration age) {
        return new Recall(this, new Scan(scope, key), age);
    }

    /** Returns the remembered verdict if it is still valid; polls clamd if necessary. */
    Optional<Remembered> find(Scan scan, Duration age) {
        Cache<StreamKey, Remembered> scope = scopes.get(scan.scope());
        Remembered found = scope == null ? null : scope.getIfPresent(scan.key());
        if (found == null) {
            return Optional.empty();
        }
        long now = nanoClock.getAsLong();
        if (found.isYounger(age, now)) {
            return watch.since(
                            found.round(), now - MOST_AGE.toNanos(), now + ANSWER_LIMIT.toNanos())
                    .filter(found::holds)
                    .map(_ -> found);
        }
        return Optional.empty();
    }

    /** Returns the present knowledge about the signatures. */
    Known known() {
        return watch.known();
    }

    /**
     * Returns the running scan of this stream; if there is none, registers and returns {@code
     * mine}.
     */
    Flight join(Scan scan, Flight mine) {
        Flight running = flights.putIfAbsent(scan, mine);
        return running == null ? mine : running;
    }

    /** Returns the running scan of this stream; null if there is none. */
    @Nullable Flight running(Scan scan) {
        return flights.get(scan);
    }

    void leave(Scan scan, Flight flight) {
        flights.remove(scan, flight);
    }

    /**
     * Remembers a verdict, if the signatures have not changed since the scan began.
     *
     * @param before the knowledge about the signatures at the beginning of the scan
     */
    void keep(Scan scan, Known before, Optional<String> signature) {
        Known now = watch.known();
        if (!before.isUsable() || !now.isUsable() || now.firstRound() != before.firstRound()) {
            return;
        }
        Remembered verdict =
                new Remembered(
                        signature, before.firstRound(), watch.begun(), nanoClock.getAsLong());
        scopes.computeIfAbsent(scan.scope(), _ -> newScope()).put(scan.key(), shared(verdict));
        makeRoom();
    }

    /** Returns one shared object for all equal verdicts of one round, to save memory. */
    private Remembered shared(Remembered verdict) {
        if (last.size() >= MOST_SHARED) {
            last.clear();
        }
        return last.merge(
                verdict.signature(),
                verdict,
                (known, next) -> known.isOfRound(next) ? known : next);
    }

    private Cache<StreamKey, Remembered> newScope() {
        // sessions do the cache's maintenance: it is short, and needs no thread
        return Caffeine.newBuilder().maximumSize(mostEntries).executor(Runnable::run).build();
    }

    private void makeRoom() {
        if (uncounted.getAndDecrement() > 0) {
            return;
        }
        synchronized (eviction) {
            long surplus = entries() - mostEntries;
            while (surplus > 0) {
                Cache<StreamKey, Remembered> largest =
                        scopes.values().stream()
                                .max(Comparator.comparingLong(Cache::estimatedSize))
                                .orElseThrow();
                long size = largest.estimatedSize();
                int count = (int) Math.max(surplus, size / EVICTED_PART);
                List<StreamKey> oldest =
                        largest.policy().eviction().orElseThrow().coldest(count).keySet().stream()
                                .toList();
                if (oldest.isEmpty()) {
                    return;
                }
                largest.invalidateAll(oldest);
                evictions += oldest.size();
                surplus = entries() - mostEntries;
            }
            uncounted.set(-surplus);
        }
    }

    /** Returns the number of remembered verdicts, including expired ones. */
    public long entries() {
        return scopes.values().stream().mapToLong(Cache::estimatedSize).sum();
    }

    /**
     * Forgets the verdicts of some scopes.
     *
     * @return the number of forgotten verdicts
     */
    public long clear(Predicate<Object> which) {
        long before = entries();
        scopes.keySet().removeIf(which);
        return Math.max(0, before - entries());
    }

    /**
     * Forgets the verdicts whose scope is a single run of a guest.
     *
     * @param guest the guest of its {@link Owner}
     * @return the number of forgotten verdicts
     */
    public long clearGuest(Object guest) {
        return clear(scope -> scope instanceof Owner owner && owner.guest().equals(guest));
    }

    private void signaturesChanged() {
        long dropped = clear(_ -> true);
        if (dropped > 0) {
            log.info("clamd's signatures or configuration changed: {} verdicts forgotten", dropped);
        }
    }

    /** Returns the counters since the start, and the present number of entries. */
    public MemoryCounts counts() {
        synchronized (eviction) {
            return new MemoryCounts(
                    hits.sum(), misses.sum(), coalesced.sum(), evictions, entries(), mostEntries);
        }
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }
}
