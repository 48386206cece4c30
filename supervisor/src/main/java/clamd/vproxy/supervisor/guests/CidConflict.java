package clamd.vproxy.supervisor.guests;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A CID that several running guests have, to be written as JSON. Immutable.
 *
 * @param cid the CID
 * @param guests these guests, the one that owns the CID first
 */
public record CidConflict(long cid, List<Claimant> guests) {
    /**
     * A guest that has the CID. Immutable.
     *
     * @param domain its name, in printable form
     * @param uuid its UUID
     * @param libvirt the connect URI it was read from
     */
    public record Claimant(String domain, UUID uuid, String libvirt) {
        private String text() {
            return "\"%s\" at %s".formatted(domain, libvirt);
        }
    }

    /** Copies the list. */
    public CidConflict {
        guests = List.copyOf(guests);
    }

    static CidConflict of(long cid, List<Guest> guests) {
        return new CidConflict(
                cid,
                guests.stream()
                        .map(guest -> new Claimant(guest.logName(), guest.uuid(), guest.source()))
                        .toList());
    }

    /**
     * Returns the guests as text, such as {@code "web" at qemu:///system and "db" at ch:///system}.
     */
    public String text() {
        return guests.stream().map(Claimant::text).collect(Collectors.joining(" and "));
    }
}
