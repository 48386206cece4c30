package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.reports.control.ControlException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the guest that an administrator means by its name, its UUID or its CID. Domains of two
 * libvirts may have the same name, and a name may look like a CID: then the choice is refused as
 * ambiguous. Pure functions.
 */
final class GuestChoice {
    private GuestChoice() {}

    /**
     * Returns the one guest that matches.
     *
     * @throws ControlException if there is none, or more than one
     */
    static Guest of(Collection<Guest> guests, @Nullable String text) throws ControlException {
        if (text == null) {
            throw new ControlException("name a guest: its name, UUID or CID");
        }
        List<Guest> meant = guests.stream().filter(guest -> isMeant(guest, text)).toList();
        if (meant.isEmpty()) {
            throw new ControlException(
                    "no guest that runs has the name, UUID or CID \"%s\"".formatted(text));
        }
        if (meant.size() > 1) {
            throw new ControlException(
                    "\"%s\" is %s; name one by its UUID".formatted(text, candidates(meant)));
        }
        return meant.getFirst();
    }

    private static boolean isMeant(Guest guest, String text) {
        return guest.name().equals(text)
                || guest.uuid().toString().equals(text.toLowerCase(Locale.ROOT))
                || (guest.cid().isPresent() && Long.toString(guest.cid().getAsLong()).equals(text));
    }

    /** Lists the candidates, as in "web-1 (UUID …, CID 3) and 3 (UUID …, no CID)". */
    private static String candidates(List<Guest> meant) {
        return meant.stream()
                .sorted(Comparator.comparing(Guest::name).thenComparing(Guest::uuid))
                .map(GuestChoice::candidate)
                .collect(Collectors.joining(" and "));
    }

    private static String candidate(Guest guest) {
        String cid = guest.cid().isPresent() ? "CID " + guest.cid().getAsLong() : "no CID";
        return "%s (UUID %s, %s, at %s)"
                .formatted(guest.logName(), guest.uuid(), cid, guest.source());
    }
}
