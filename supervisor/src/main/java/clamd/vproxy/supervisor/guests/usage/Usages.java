package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What each guest, or each tenant, uses today. Thread-safe.
 *
 * @param <K> tells them apart over restarts
 */
final class Usages<K extends Comparable<K>> {
    private final Clock clock;
    private final Map<K, DailyUsage> usages = new ConcurrentHashMap<>();

    Usages(Clock clock) {
        this.clock = clock;
    }

    DailyUsage of(K key) {
        // under the entry's lock, so that nobody gets what is just being forgotten
        return usages.compute(key, (_, known) -> known == null ? new DailyUsage(clock) : known);
    }

    /** Goes on from what was used before; for a book that nobody uses yet. */
    void restore(Map<K, DailyAmount> before) {
        before.forEach((key, amount) -> usages.put(key, new DailyUsage(clock, amount)));
    }

    /** What was used on this day, if it is the last one; without those that used nothing. */
    SortedMap<K, DailyAmount> on(LocalDate date) {
        SortedMap<K, DailyAmount> today = new TreeMap<>();
        usages.forEach((key, usage) -> {
            DailyAmount amount = usage.last();
            if (amount.date().equals(date) && !amount.isNone()) {
                today.put(key, amount);
            }
        });
        return today;
    }

    /**
     * Forgets what was used on other days, but where sessions may still count.
     *
     * @param inUse asked for each of them at that very moment
     */
    void forgetOtherDays(Predicate<K> inUse) {
        for (K key : usages.keySet()) {
            // in this order: what a guest used before it stopped must be seen, also at midnight
            usages.computeIfPresent(
                    key, (_, usage) -> inUse.test(key) || isOfToday(usage) ? usage : null);
        }
    }

    private boolean isOfToday(DailyUsage usage) {
        LocalDate last = usage.last().date();
        return last.equals(LocalDate.now(clock));
    }

    int size() {
        return usages.size();
    }
}
