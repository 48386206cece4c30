package clamd.vproxy.supervisor.guests;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * The running guests by UUID and by CID. Written by one thread, the first that writes; read by any,
 * without locks.
 *
 * <p>Two concurrent maps are changed entry by entry, so an event costs the same with ten guests as
 * with ten thousand, and looking up a CID is one map access. Only {@link #guests()} and {@link
 * #replaceAll} walk over all.
 *
 * <p>libvirt gives a CID to the next guest before the end of the old one is known. So whoever was
 * read last owns it, the old owner goes on without, and its end, once known, leaves the CID with
 * the new owner.
 */
public final class GuestRegistry {
    private static final Logger log = LoggerFactory.getLogger(GuestRegistry.class);

    private final Map<UUID, Guest> byUuid = new ConcurrentHashMap<>();
    private final Map<Long, Guest> byCid = new ConcurrentHashMap<>();
    private final GuestListener listener;

    /** Odd while the writer is between two consistent states of the maps. */
    private final AtomicLong version = new AtomicLong();

    // the fields below are confined to the writer
    private @Nullable Thread writer;
    private final List<Consumer<GuestListener>> news = new ArrayList<>();
    private final Set<UUID> claimedTwice = new HashSet<>();

    /**
     * An empty registry.
     *
     * @param listener is told of every change
     */
    public GuestRegistry(GuestListener listener) {
        this.listener = listener;
    }

    /** The guest that owns a CID now. */
    public Optional<Guest> byCid(long cid) {
        return Optional.ofNullable(byCid.get(cid));
    }

    /** The running guest with this UUID. */
    public Optional<Guest> byUuid(UUID uuid) {
        return Optional.ofNullable(byUuid.get(uuid));
    }

    /**
     * All running guests at one moment between two writes, in no order. Immutable; costs a copy.
     */
    public Collection<Guest> guests() {
        while (true) {
            long before = version.get();
            List<Guest> copy = List.copyOf(byUuid.values());
            if ((before & 1) == 0 && before == version.get()) {
                return copy;
            }
            // a write takes microseconds: listeners are called after it
            Thread.onSpinWait();
        }
    }

    /**
     * Puts in a guest as it was read just now: new, in a new run, or changed.
     *
     * <p>A UUID that runs at another source already stays there; the second claim is refused with a
     * warning.
     */
    public void upsert(Guest guest) {
        write(() -> put(guest));
    }

    /** Takes out a guest if this run of it is the one known. */
    public void remove(UUID uuid, int domainId) {
        write(() -> {
            Guest known = byUuid.get(uuid);
            if (known != null && known.domainId() == domainId) {
                drop(known);
            }
        });
    }

    /**
     * Makes a source's guests exactly these, telling the listener the difference: ends first, then
     * what is new.
     *
     * @param source the source that was listed
     * @param guests its running guests in the order they were read: of two with one CID the later
     *     one owns it
     * @throws IllegalArgumentException if one of them has another source
     */
    public void replaceAll(String source, Collection<Guest> guests) {
        SequencedMap<UUID, Guest> listed = new LinkedHashMap<>();
        for (Guest guest : guests) {
            if (!guest.source().equals(source)) {
                throw new IllegalArgumentException(
                        "%s is not a guest of %s".formatted(guest, source));
            }
            listed.putLast(guest.uuid(), guest);
        }
        write(() -> {
            byUuid.values().stream()
                    .filter(known -> known.source().equals(source))
                    .filter(known -> !isSameRun(known, listed.get(known.uuid())))
                    .toList()
                    .forEach(this::drop);
            listed.values().forEach(this::put);
        });
    }

    private static boolean isSameRun(Guest known, @Nullable Guest now) {
        return now != null && now.epoch().equals(known.epoch());
    }

    private void put(Guest guest) {
        Guest known = byUuid.get(guest.uuid());
        if (guest.equals(known) || isClaimedTwice(guest, known)) {
            return;
        }
        if (known != null && !isSameRun(known, guest)) {
            drop(known);
            known = null;
        }
        Guest before = known;
        if (before != null && !before.cid().equals(guest.cid())) {
            releaseCid(before);
        }
        guest.cid().ifPresent(cid -> takeCid(cid, guest));
        byUuid.put(guest.uuid(), guest);
        news.add(
                before == null ? told -> told.started(guest) : told -> told.changed(before, guest));
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

    private void drop(Guest guest) {
        byUuid.remove(guest.uuid());
        releaseCid(guest);
        claimedTwice.remove(guest.uuid());
        news.add(told -> told.stopped(guest));
    }

    private void takeCid(long cid, Guest guest) {
        Guest owner = byCid.put(cid, guest);
        if (owner != null && !owner.uuid().equals(guest.uuid())) {
            Guest evicted = owner.withoutCid();
            byUuid.put(owner.uuid(), evicted);
            news.add(told -> told.changed(owner, evicted));
        }
    }

    private void releaseCid(Guest guest) {
        guest.cid().ifPresent(cid -> byCid.remove(cid, guest));
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
