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
 * Records what each guest, or each tenant, uses today. Thread-safe.
 *
 * @param <K> the key, which identifies a guest or tenant over restarts
 */
final class Usages<K extends Comparable<K>> {
    private final Clock clock;
    private final Map<K, DailyUsage> usages = new ConcurrentHashMap<>();

    Usages(Clock clock) {
        this.clock = clock;
    }

    DailyUsage of(K key) {
        // under the entry's lock, so that no caller gets an entry that is being removed
        return usages.compute(key, (_, known) -> known == null ? new DailyUsage(clock) : known);
    }

    /** Restores earlier usage; must be called before the object is used. */
    void restore(Map<K, DailyAmount> before) {
        before.forEach((key, amount) -> usages.put(key, new DailyUsage(clock, amount)));
    }

    /** Returns the usage of this day, if it is the last one, without entries that used nothing. */
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
     * Drops the usage of other days, except where sessions may still count.
     *
     * @param inUse whether sessions may still count; called for each key when it would be dropped
     */
    void forgetOtherDays(Predicate<K> inUse) {
        for (K key : usages.keySet()) {
            // in this order, so that usage just before a guest's stop is seen, also at midnight
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
