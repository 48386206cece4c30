package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import java.util.LinkedHashMap;
import java.util.Map;

/** How much of clamd's time the guests of one tenant have had. Changed by its queue only. */
final class TenantAccount extends Account {
    final Map<Owner, GuestAccount> guests = new LinkedHashMap<>();

    /** The virtual time of the tenant's guest whose turn came last, when it came. */
    double lastGuestSeconds;

    GuestAccount of(Owner owner) {
        return guests.computeIfAbsent(owner, _ -> new GuestAccount(owner, this));
    }

    /** Drops the guests that are worth no more than a new one. */
    void forgetIdle() {
        guests.values()
                .removeIf(guest -> guest.isIdle() && guest.virtualSeconds <= lastGuestSeconds);
    }
}
