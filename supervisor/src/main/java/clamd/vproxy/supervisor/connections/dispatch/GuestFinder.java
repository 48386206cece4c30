package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.supervisor.guests.Guest;
import java.time.Duration;
import java.util.Optional;

/** Looks harder for the guest of a CID than the registry does. Thread-safe. */
@FunctionalInterface
public interface GuestFinder {
    /**
     * Returns the guest that owns {@code cid}, which then is in the registry too; nothing if there
     * is none or it was not found within {@code limit}.
     */
    Optional<Guest> find(long cid, Duration limit);
}
