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
 * Which running guests were read with which CID, and which of them owns it. Confined to the
 * registry's writer, except for {@link #conflicts}.
 *
 * <p>libvirt gives a CID to the next domain before it reports the end of the old one. So a guest
 * that is new with a CID supersedes the guests of its libvirt that had it before. A superseded
 * guest that is read with the CID again some time later proves that both run. Then, and whenever
 * guests of two libvirts have one CID, the guest that had it first owns it until it ends.
 */
final class CidClaims {
    private static final Logger log = LoggerFactory.getLogger(GuestRegistry.class);

    /** libvirt may list a domain for a moment whose process, and with it its CID, is gone. */
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

    /** When a guest was last seen with a CID, as long as it may matter. */
    private final Map<Long, Long> seen = new HashMap<>();

    private final SequencedMap<Long, CidConflict> known = new TreeMap<>();

    /** A copy of {@link #known} for other threads. */
    private volatile List<CidConflict> conflicts = List.of();

    /**
     * Knows of no guest yet.
     *
     * @param exclusive whether a CID identifies a guest; if not, each guest keeps the CID that it
     *     was read with, and CIDs are compared only between libvirts
     */
    CidClaims(boolean exclusive) {
        this.exclusive = exclusive;
    }

    /** The CIDs that several guests have now, in their order. Any thread. */
    List<CidConflict> conflicts() {
        return conflicts;
    }

    /** Whether a CID belongs to one guest only. */
    boolean areExclusive() {
        return exclusive;
    }

    /**
     * Notes that a guest was read with its CID.
     *
     * @param asOf when the reading began; nothing is noted if a guest was seen with the CID later
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
     * Forgets the claim of a guest.
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

    /** Forgets the claim of a guest for another CID than this one, and returns that CID. */
    OptionalLong withdrawUnlessFor(OptionalLong cid, Guest.Epoch run) {
        Long now = claimed.get(run);
        boolean stays = now == null || cid.equals(OptionalLong.of(now));
        return stays ? OptionalLong.empty() : withdraw(run);
    }

    /** The guest that owns a CID, as it was last read. */
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

    /** Forgets when unclaimed CIDs were last seen, if that was before a list began. */
    void forgetSeenBefore(long begun) {
        seen.entrySet()
                .removeIf(entry ->
                        !claims.containsKey(entry.getKey()) && begun - entry.getValue() >= 0);
    }

    /** Says in the log if other guests have this CID than before. */
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
