package clamd.vproxy.supervisor.guests;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running guests by UUID and by CID. Written by one thread, the first that writes; read by any
 * thread, without locks.
 *
 * <p>Two concurrent maps are changed entry by entry, so an event costs the same with ten guests as
 * with ten thousand, and looking up a CID is one map access. Only {@link #guests()} and {@link
 * #replaceAll} iterate over all guests.
 *
 * <p>libvirt gives a CID to the next guest before the end of the old one is known. So the guest
 * that is new with a CID owns it, and the old owner continues without a CID; its later end does not
 * take the CID from the new owner. If both turn out to run, the one that had the CID first owns it
 * until it ends; {@link CidClaims} has the rules.
 *
 * <p>libvirt's connection and its hook report the same guests, and either may be late: a list that
 * began before a guest started does not name it. So each report has the time at which it was true,
 * and this time counts, not the time of its arrival: of the reports about a guest the latest
 * applies, and of two with the same time the one that arrived later. Times are nanoseconds of one
 * monotonic clock.
 *
 * <p>A source of guests submits calls of {@link #upsert}, {@link #remove} and {@link #replaceAll}
 * to a {@link RegistryWriter}, always under one name, its guests' {@link Guest#source}.
 */
public final class GuestRegistry {
    private static final Logger log = LoggerFactory.getLogger(GuestRegistry.class);

    /** The latest report about a domain: its source, and when it was true. */
    private record Word(String source, long asOf) {}

    private final Map<UUID, Guest> byUuid = new ConcurrentHashMap<>();
    private final Map<Long, Guest> byCid = new ConcurrentHashMap<>();
    private final GuestListener listener;
    private final CidClaims cids;

    /** Odd while the writer is between two consistent states of the maps. */
    private final AtomicLong version = new AtomicLong();

    // the fields below are confined to the writer
    private @Nullable Thread writer;

    /** The calls of the listener to be made at the end of the current write. */
    private final List<Consumer<GuestListener>> news = new ArrayList<>();

    private final Set<UUID> claimedTwice = new HashSet<>();

    /**
     * The latest report about each guest, and about each guest that ended since its source's last
     * list.
     */
    private final Map<UUID, Word> heard = new HashMap<>();

    /**
     * When a source's last complete list began; older reports about guests missing from it are
     * void.
     */
    private final Map<String, Long> listed = new HashMap<>();

    /**
     * Creates an empty registry of guests that are identified by their CIDs.
     *
     * @param listener receives every change
     */
    public GuestRegistry(GuestListener listener) {
        this(listener, true);
    }

    /**
     * Creates an empty registry.
     *
     * @param listener receives every change
     * @param cidsIdentify whether a CID belongs to one guest; if not, several may have the same
     */
    public GuestRegistry(GuestListener listener, boolean cidsIdentify) {
        this.listener = listener;
        this.cids = new CidClaims(cidsIdentify);
    }

    /** Returns the guest that owns a CID now. */
    public Optional<Guest> byCid(long cid) {
        return Optional.ofNullable(byCid.get(cid));
    }

    /** Whether a CID belongs to one guest. */
    public boolean cidsIdentify() {
        return cids.areExclusive();
    }

    /** Returns the CIDs that several running guests have, in ascending order. */
    public List<CidConflict> cidConflicts() {
        return cids.conflicts();
    }

    /** Returns the running guest with this UUID. */
    public Optional<Guest> byUuid(UUID uuid) {
        return Optional.ofNullable(byUuid.get(uuid));
    }

    /**
     * Returns all running guests at one moment between two writes, in no order. Immutable; costs a
     * copy.
     */
    public Collection<Guest> guests() {
        while (true) {
            long before = version.get();
            List<Guest> copy = List.copyOf(byUuid.values());
            if ((before & 1) == 0 && before == version.get()) {
                return copy;
            }
            // brief: a write takes microseconds, and listeners are called after it
            Thread.onSpinWait();
        }
    }

    /**
     * Adds or updates a guest as it was read: new, in a new run, or changed.
     *
     * <p>If a guest with this UUID already runs at another source, it stays, and the new one is
     * refused with a warning.
     *
     * @param asOf when this was true: when the reading began, or when the hook ran
     */
    public void upsert(Guest guest, long asOf) {
        write(() -> put(guest, asOf));
    }

    /**
     * Removes a guest of this source, unless it was seen to run later.
     *
     * @param asOf when it was known not to run, as for {@link #upsert}
     */
    public void remove(String source, UUID uuid, long asOf) {
        write(() -> {
            Guest known = byUuid.get(uuid);
            if (isOutdated(source, uuid, asOf)
                    || (known != null && !known.source().equals(source))) {
                return;
            }
            if (known != null) {
                drop(known);
            }
            heard.put(uuid, new Word(source, asOf));
        });
    }

    /**
     * A guest as it was read, for {@link #replaceAll}. Immutable.
     *
     * @param guest the guest
     * @param asOf when the reading began
     */
    public record Reading(Guest guest, long asOf) {}

    /**
     * Makes a source's guests exactly these, except for changes that were reported later than this
     * list, and notifies the listener of the differences: ends first, then new guests.
     *
     * @param source the source that was listed
     * @param begun when the listing began, after the start of the last list: a guest that is not
     *     named did not run then
     * @param guests its running guests in the order they were read: of two that are new with the
     *     same CID, the later one owns it
     * @param unanswered domains that run but could not be read; these stay as they are known
     * @throws IllegalArgumentException if one of the guests has another source
     */
    public void replaceAll(
            String source, long begun, Collection<Reading> guests, Set<UUID> unanswered) {
        SequencedMap<UUID, Reading> named = new LinkedHashMap<>();
        for (Reading reading : guests) {
            Guest guest = reading.guest();
            if (!guest.source().equals(source)) {
                throw new IllegalArgumentException(
                        "%s is not a guest of %s".formatted(guest, source));
            }
            named.putLast(guest.uuid(), reading);
        }
        write(() -> {
            byUuid.values().stream()
                    .filter(known -> known.source().equals(source))
                    .filter(known -> !unanswered.contains(known.uuid()))
                    .filter(known -> !isSameRun(known, named.get(known.uuid())))
                    .filter(known -> !isOutdated(source, known.uuid(), begun))
                    .toList()
                    .forEach(gone -> {
                        drop(gone);
                        heard.put(gone.uuid(), new Word(source, begun));
                    });
            named.values().forEach(reading -> put(reading.guest(), reading.asOf()));
            if (unanswered.isEmpty()) {
                listed.put(source, begun);
                forgetTheEnded(source, begun);
            }
        });
    }

    /** Drops the last reports about ended guests: the list itself now voids all older reports. */
    private void forgetTheEnded(String source, long begun) {
        heard.entrySet()
                .removeIf(entry ->
                        entry.getValue().source().equals(source)
                                && !byUuid.containsKey(entry.getKey())
                                && begun - entry.getValue().asOf() >= 0);
        cids.forgetSeenBefore(begun);
    }

    /** Whether a report about a domain later than {@code asOf} is known already. */
    private boolean isOutdated(String source, UUID uuid, long asOf) {
        Word last = heard.get(uuid);
        Long latest = last != null ? Long.valueOf(last.asOf()) : listed.get(source);
        return latest != null && latest - asOf > 0;
    }

    private static boolean isSameRun(Guest known, @Nullable Reading now) {
        return now != null && now.guest().epoch().equals(known.epoch());
    }

    private void put(Guest read, long asOf) {
        Guest known = byUuid.get(read.uuid());
        if (isOutdated(read.source(), read.uuid(), asOf) || isClaimedTwice(read, known)) {
            return;
        }
        heard.put(read.uuid(), new Word(read.source(), asOf));
        if (known != null && !known.epoch().equals(read.epoch())) {
            drop(known);
            known = null;
        }
        OptionalLong left = cids.withdrawUnlessFor(read.cid(), read.epoch());
        cids.claim(read, asOf);
        read.cid().ifPresent(cid -> settle(cid, read));
        Guest before = known;
        Guest guest = mayHaveItsCid(read) ? read : read.withoutCid();
        if (!guest.equals(before)) {
            byUuid.put(guest.uuid(), guest);
            news.add(
                    before == null
                            ? told -> told.started(guest)
                            : told -> told.changed(before, guest));
        }
        left.ifPresent(cid -> settle(cid, read));
    }

    private boolean mayHaveItsCid(Guest read) {
        return read.cid().isEmpty()
                || !cids.areExclusive()
                || cids.owner(read.cid().getAsLong()).filter(read::equals).isPresent();
    }

    private boolean isClaimedTwice(Guest guest, @Nullable Guest known) {
        if (known == null || known.source().equals(guest.source())) {
            return false;
        }
        if (claimedTwice.add(guest.uuid())) {
            log.atWarn()
                    .addKeyValue("domain", guest.name())
                    .addKeyValue("uuid", guest.uuid())
                    .addKeyValue("served", known.source())
                    .addKeyValue("refused", guest.source())
                    .log("two sources run a domain with the same UUID; the second is not served");
        }
        return true;
    }

    private void drop(Guest known) {
        // read from the map, because another guest's end may have given it a CID meanwhile
        Guest guest = Objects.requireNonNull(byUuid.remove(known.uuid()));
        claimedTwice.remove(guest.uuid());
        news.add(told -> told.stopped(guest));
        cids.withdraw(guest.epoch()).ifPresent(cid -> settle(cid, guest));
    }

    /**
     * Gives a CID to the guest that owns it now: first the old owner loses it, then the new owner
     * gets it.
     *
     * @param subject a guest whose change the caller reports to the listener
     */
    private void settle(long cid, Guest subject) {
        Optional<Guest> owner = cids.owner(cid);
        Guest before = owner.isPresent() ? byCid.put(cid, owner.get()) : byCid.remove(cid);
        cids.review(cid);
        if (!cids.areExclusive()) {
            return;
        }
        if (before != null && owner.filter(now -> now.epoch().equals(before.epoch())).isEmpty()) {
            change(before.withoutCid(), subject);
        }
        owner.ifPresent(now -> change(now, subject));
    }

    private void change(Guest now, Guest subject) {
        Guest before = byUuid.get(now.uuid());
        if (before != null
                && before.epoch().equals(now.epoch())
                && !before.epoch().equals(subject.epoch())
                && !before.equals(now)) {
            byUuid.put(now.uuid(), now);
            news.add(told -> told.changed(before, now));
        }
    }

    private void write(Runnable change) {
        assert isWriter() : "written by " + Thread.currentThread() + " and by " + writer;
        version.incrementAndGet();
        try {
            change.run();
        } finally {
            version.incrementAndGet();
            tell();
        }
    }

    private void tell() {
        List<Consumer<GuestListener>> pending = List.copyOf(news);
        news.clear();
        for (Consumer<GuestListener> call : pending) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                log.atError().setCause(e).log("a guest listener failed; a defect of ours");
            }
        }
    }

    private boolean isWriter() {
        writer = Objects.requireNonNullElseGet(writer, Thread::currentThread);
        return writer.equals(Thread.currentThread());
    }
}
