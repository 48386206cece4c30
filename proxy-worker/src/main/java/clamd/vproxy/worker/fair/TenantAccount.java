package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records how much of clamd's time the guests of one tenant have used. Changed by its queue only.
 */
final class TenantAccount extends Account {
    final Map<Owner, GuestAccount> guests = new LinkedHashMap<>();

    /** The virtual time of the tenant's most recently granted guest at its grant. */
    double lastGuestSeconds;

    GuestAccount of(Owner owner) {
        return guests.computeIfAbsent(owner, _ -> new GuestAccount(owner, this));
    }

    /** Drops the idle guests that have no more debt than a new guest. */
    void forgetIdle() {
        guests.values()
                .removeIf(guest -> guest.isIdle() && guest.virtualSeconds <= lastGuestSeconds);
    }
}
