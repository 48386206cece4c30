package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.supervisor.guests.Guest;
import java.time.Duration;
import java.util.Optional;

/** Finds the guest of a CID that the registry does not know. Thread-safe. */
@FunctionalInterface
public interface GuestFinder {
    /**
     * Returns the guest that owns {@code cid}, which is then in the registry too; empty if there is
     * none or it was not found within {@code limit}.
     */
    Optional<Guest> find(long cid, Duration limit);
}
