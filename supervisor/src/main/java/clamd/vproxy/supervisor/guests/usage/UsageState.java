package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.worker.daily.DailyAmount;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a state file says. Immutable.
 *
 * @param written when
 * @param date the day that it tells of
 * @param amounts what was used of it
 */
record UsageState(Instant written, LocalDate date, Amounts amounts) {

    /**
     * What was used on one day. Immutable.
     *
     * @param guests what each had used, each amount of that day
     * @param tenants what the guests of each had used together
     */
    record Amounts(SortedMap<UUID, DailyAmount> guests, SortedMap<String, DailyAmount> tenants) {
        static final Amounts NONE = new Amounts(new TreeMap<>(), new TreeMap<>());

        /** Copies both. */
        Amounts {
            guests = Collections.unmodifiableSortedMap(new TreeMap<>(guests));
            tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
        }
    }

    /** Of a host without named tenants. */
    UsageState(Instant written, LocalDate date, SortedMap<UUID, DailyAmount> guests) {
        this(written, date, new Amounts(guests, new TreeMap<>()));
    }

    SortedMap<UUID, DailyAmount> guests() {
        return amounts.guests();
    }
}
