package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What each guest uses today, by its UUID: over reboots, stops and starts, other names and other
 * CIDs. Thread-safe.
 */
public final class UsageBook {
    private final Clock clock;
    private final Map<UUID, DailyUsage> usages = new ConcurrentHashMap<>();

    /**
     * A book in which nothing is used yet.
     *
     * @param clock the wall clock, with the time zone whose calendar tells the days apart
     */
    public UsageBook(Clock clock) {
        this.clock = clock;
    }

    /** What this guest uses; the same object as long as the guest runs. */
    public DailyUsage of(UUID guest) {
        // under the entry's lock, so that nobody gets what is just being forgotten
        return usages.compute(guest, (_, known) -> known == null ? new DailyUsage(clock) : known);
    }

    /** Goes on from what was used before; for a book that nobody uses yet. */
    void restore(Map<UUID, DailyAmount> before) {
        before.forEach((guest, amount) -> usages.put(guest, new DailyUsage(clock, amount)));
    }

    /** What was used on this day, if it is the last one; without who used nothing. */
    SortedMap<UUID, DailyAmount> on(LocalDate date) {
        SortedMap<UUID, DailyAmount> today = new TreeMap<>();
        usages.forEach((guest, usage) -> {
            DailyAmount amount = usage.last();
            if (amount.date().equals(date) && !amount.isNone()) {
                today.put(guest, amount);
            }
        });
        return today;
    }

    /**
     * Forgets what was used on other days, but for guests that run: their sessions count there.
     *
     * @param running asked for each of them at that very moment
     */
    void forgetOtherDays(Predicate<UUID> running) {
        for (UUID guest : usages.keySet()) {
            // in this order: what a guest used before it stopped must be seen, also at midnight
            usages.computeIfPresent(
                    guest, (_, usage) -> running.test(guest) || isOfToday(usage) ? usage : null);
        }
    }

    private boolean isOfToday(DailyUsage usage) {
        LocalDate last = usage.last().date();
        return last.equals(LocalDate.now(clock));
    }

    /** How many guests it knows of. */
    int size() {
        return usages.size();
    }
}
