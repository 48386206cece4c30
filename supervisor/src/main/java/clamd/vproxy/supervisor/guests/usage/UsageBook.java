package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.daily.DailyUsage;
import java.time.Clock;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Records what each guest uses today, by its UUID, so that reboots, stops, starts, renames and new
 * CIDs do not reset it; and what each tenant uses, by its name. Thread-safe.
 */
public final class UsageBook {
    /**
     * How many tenants are remembered over midnight, because their sessions may continue; a host
     * has some hundreds.
     */
    static final int MOST_TENANTS = 10_000;

    private final Usages<UUID> guests;
    private final Usages<String> tenants;

    /**
     * Creates a book without any usage.
     *
     * @param clock the wall clock, with the time zone whose calendar defines the days
     */
    public UsageBook(Clock clock) {
        this.guests = new Usages<>(clock);
        this.tenants = new Usages<>(clock);
    }

    /** Returns this guest's usage; the same object as long as the guest runs. */
    public DailyUsage of(UUID guest) {
        return guests.of(guest);
    }

    /**
     * Returns the joint usage of this tenant's guests; for a tenant without a name, that of its
     * only guest.
     */
    public DailyUsage of(Tenant tenant, UUID guest) {
        return tenant.named().map(tenants::of).orElseGet(() -> guests.of(guest));
    }

    /** Restores earlier usage; must be called before the book is used. */
    void restore(UsageState.Amounts before) {
        guests.restore(before.guests());
        tenants.restore(before.tenants());
    }

    /**
     * Returns the usage of this day, if it is the last one, without guests and tenants that used
     * nothing.
     */
    UsageState.Amounts on(LocalDate date) {
        return new UsageState.Amounts(guests.on(date), tenants.on(date));
    }

    /**
     * Drops the usage of other days, except for running guests: their sessions still count there.
     *
     * @param running whether a guest runs; called for each guest when it would be dropped
     */
    void forgetOtherDays(Predicate<UUID> running) {
        guests.forgetOtherDays(running);
        tenants.forgetOtherDays(_ -> tenants.size() <= MOST_TENANTS);
    }

    /** Returns how many guests the book knows. */
    int size() {
        return guests.size();
    }
}
