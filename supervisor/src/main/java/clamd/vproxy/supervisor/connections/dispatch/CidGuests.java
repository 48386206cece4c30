package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the guests of a host without libvirt: each CID that connects is a guest, named {@code
 * cid-N}. These guests stay registered, because nothing reports when they stop. Thread-safe.
 */
public final class CidGuests implements GuestFinder {
    /** The {@link Guest#source} of these guests. */
    public static final String SOURCE = "no-libvirt";

    /** Any time will do, because no other source reports these guests. */
    private static final long ANY_TIME = 0;

    private static final long FIRST_GUEST_CID = 3;
    private static final long LAST_GUEST_CID = 0xFFFF_FFFEL;

    private final RegistryWriter writer;

    /** Creates a finder that registers the guests through {@code writer}. */
    public CidGuests(RegistryWriter writer) {
        this.writer = writer;
    }

    @Override
    public Optional<Guest> find(long cid, Duration limit) {
        if (cid < FIRST_GUEST_CID || cid > LAST_GUEST_CID) {
            return Optional.empty();
        }
        try {
            writer.submit(registry -> registry.upsert(guest(cid), ANY_TIME))
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // the caller finds the guest in the registry
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return writer.registry().byCid(cid);
    }

    private static Guest guest(long cid) {
        String name = "cid-" + cid;
        UUID uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII));
        return new Guest(SOURCE, uuid, name, 0, OptionalLong.of(cid), Set.of());
    }

    /** Returns how the policy file may name a guest: one that is known by its CID has no UUID. */
    static GuestIdentity identityOf(Guest guest) {
        boolean named = !guest.source().equals(SOURCE);
        return new GuestIdentity(
                Optional.of(guest.name()),
                Optional.of(guest.uuid()).filter(_ -> named),
                guest.cid(),
                guest.metadataClasses(),
                guest.tenantMarks());
    }
}
