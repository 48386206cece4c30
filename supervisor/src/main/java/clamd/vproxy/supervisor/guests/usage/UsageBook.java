package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.daily.DailyUsage;
import java.time.Clock;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What each guest uses today, by its UUID: over reboots, stops and starts, other names and other
 * CIDs; and what each tenant uses, by its name. Thread-safe.
 */
public final class UsageBook {
    /**
     * As many tenants are remembered over midnight, for their sessions may go on; a host has some
     * hundreds.
     */
    static final int MOST_TENANTS = 10_000;

    private final Usages<UUID> guests;
    private final Usages<String> tenants;

    /**
     * A book in which nothing is used yet.
     *
     * @param clock the wall clock, with the time zone whose calendar tells the days apart
     */
    public UsageBook(Clock clock) {
        this.guests = new Usages<>(clock);
        this.tenants = new Usages<>(clock);
    }

    /** What this guest uses; the same object as long as the guest runs. */
    public DailyUsage of(UUID guest) {
        return guests.of(guest);
    }

    /** What this tenant's guests use together: that of its only guest if it has no name. */
    public DailyUsage of(Tenant tenant, UUID guest) {
        return tenant.named().map(tenants::of).orElseGet(() -> guests.of(guest));
    }

    /** Goes on from what was used before; for a book that nobody uses yet. */
    void restore(UsageState.Amounts before) {
        guests.restore(before.guests());
        tenants.restore(before.tenants());
    }

    /** What was used on this day, if it is the last one; without those that used nothing. */
    UsageState.Amounts on(LocalDate date) {
        return new UsageState.Amounts(guests.on(date), tenants.on(date));
    }

    /**
     * Forgets what was used on other days, but for guests that run: their sessions count there.
     *
     * @param running asked for each of them at that very moment
     */
    void forgetOtherDays(Predicate<UUID> running) {
        guests.forgetOtherDays(running);
        tenants.forgetOtherDays(_ -> tenants.size() <= MOST_TENANTS);
    }

    /** How many guests it knows of. */
    int size() {
        return guests.size();
    }
}
