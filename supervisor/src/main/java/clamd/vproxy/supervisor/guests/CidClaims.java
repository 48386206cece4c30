package clamd.vproxy.supervisor.guests;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which running guests were read with which CID, and which of them owns it. Confined to the
 * registry's writer, except for {@link #conflicts}.
 *
 * <p>libvirt gives a CID to the next domain before it reports the end of the old one. So a guest
 * that is new with a CID supersedes the guests of its libvirt that had it before. If a superseded
 * guest is read with the CID again some time later, both run. In this case, and whenever guests of
 * two libvirts have the same CID, the guest that had it first owns it until it ends.
 */
final class CidClaims {
    private static final Logger log = LoggerFactory.getLogger(GuestRegistry.class);

    /** How long libvirt may still list a domain whose process, and with it its CID, is gone. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final class Claim {
        private Guest guest;
        private @Nullable Long supersededAt;

        Claim(Guest guest) {
            this.guest = guest;
        }

        boolean stands() {
            return supersededAt == null;
        }

        boolean mayReturn(long asOf) {
            return supersededAt != null && asOf - supersededAt > GRACE.toNanos();
        }
    }

    private final boolean exclusive;
    private final Map<Long, SequencedMap<Guest.Epoch, Claim>> claims = new HashMap<>();
    private final Map<Guest.Epoch, Long> claimed = new HashMap<>();

    /** When a guest was last seen with each CID, as long as this may matter. */
    private final Map<Long, Long> seen = new HashMap<>();

    private final SequencedMap<Long, CidConflict> known = new TreeMap<>();

    /** A copy of {@link #known} for other threads. */
    private volatile List<CidConflict> conflicts = List.of();

    /**
     * Creates claims without any guest.
     *
     * @param exclusive whether a CID identifies a guest; if not, each guest keeps the CID that it
     *     was read with, and CIDs are compared only between libvirts
     */
    CidClaims(boolean exclusive) {
        this.exclusive = exclusive;
    }

    /**
     * Returns the CIDs that several guests have now, in ascending order. May be called by any
     * thread.
     */
    List<CidConflict> conflicts() {
        return conflicts;
    }

    /** Whether a CID belongs to one guest only. */
    boolean areExclusive() {
        return exclusive;
    }

    /**
     * Records that a guest was read with its CID.
     *
     * @param asOf when the reading began; nothing is recorded if a guest was seen with the CID
     *     later
     */
    void claim(Guest read, long asOf) {
        if (read.cid().isEmpty()) {
            return;
        }
        long cid = read.cid().getAsLong();
        Claim known = ofCid(cid).get(read.epoch());
        boolean isLatest = seen.merge(cid, asOf, CidClaims::later) == asOf;
        if (known == null && (isLatest || !exclusive)) {
            add(cid, new Claim(read), asOf);
        } else if (known != null) {
            known.guest = read;
            boolean isAlone = ofCid(cid).values().stream().noneMatch(Claim::stands);
            if (isLatest && (isAlone || known.mayReturn(asOf))) {
                known.supersededAt = null;
            }
        }
    }

    private void add(long cid, Claim claim, long asOf) {
        if (exclusive) {
            for (Claim other : ofCid(cid).values()) {
                if (other.guest.source().equals(claim.guest.source())) {
                    other.supersededAt = asOf;
                }
            }
        }
        claims.computeIfAbsent(cid, _ -> new LinkedHashMap<>()).putLast(claim.guest.epoch(), claim);
        claimed.put(claim.guest.epoch(), cid);
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /**
     * Removes a guest's claim.
     *
     * @return the CID that it was for; empty if there is none
     */
    OptionalLong withdraw(Guest.Epoch run) {
        Long cid = claimed.remove(run);
        if (cid == null) {
            return OptionalLong.empty();
        }
        SequencedMap<Guest.Epoch, Claim> left = ofCid(cid);
        left.remove(run);
        if (left.isEmpty()) {
            claims.remove(cid);
        }
        return OptionalLong.of(cid);
    }

    /** Removes a guest's claim if it is for a CID other than this one, and returns that CID. */
    OptionalLong withdrawUnlessFor(OptionalLong cid, Guest.Epoch run) {
        Long now = claimed.get(run);
        boolean stays = now == null || cid.equals(OptionalLong.of(now));
        return stays ? OptionalLong.empty() : withdraw(run);
    }

    /** Returns the guest that owns a CID, as it was last read. */
    Optional<Guest> owner(long cid) {
        return standing(cid).stream().findFirst();
    }

    private List<Guest> standing(long cid) {
        return ofCid(cid).values().stream()
                .filter(Claim::stands)
                .map(claim -> claim.guest)
                .toList();
    }

    private SequencedMap<Guest.Epoch, Claim> ofCid(long cid) {
        SequencedMap<Guest.Epoch, Claim> found = claims.get(cid);
        return found == null ? new LinkedHashMap<>() : found;
    }

    /**
     * Drops the times at which unclaimed CIDs were last seen, if they precede the start of a list.
     */
    void forgetSeenBefore(long begun) {
        seen.entrySet()
                .removeIf(entry ->
                        !claims.containsKey(entry.getKey()) && begun - entry.getValue() >= 0);
    }

    /** Logs a change in which guests have this CID. */
    void review(long cid) {
        List<Guest> guests = exclusive ? standing(cid) : firstOfEachSource(standing(cid));
        if (guests.size() < 2) {
            if (known.remove(cid) != null) {
                conflicts = List.copyOf(known.values());
                log.info("CID {} is no longer that of several guests", cid);
            }
            return;
        }
        CidConflict conflict = CidConflict.of(cid, guests);
        if (!conflict.equals(known.put(cid, conflict))) {
            conflicts = List.copyOf(known.values());
            log.warn(
                    "several guests have CID {}: {}; {}: give each domain a CID of its own",
                    cid,
                    conflict.text(),
                    exclusive
                            ? "connections from it count as the first one's until that guest ends"
                            : "each is served on its own socket");
        }
    }

    private static List<Guest> firstOfEachSource(Collection<Guest> guests) {
        Set<String> sources = new HashSet<>();
        return guests.stream().filter(guest -> sources.add(guest.source())).toList();
    }
}
