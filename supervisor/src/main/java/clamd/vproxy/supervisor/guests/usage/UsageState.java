package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.worker.daily.DailyAmount;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The content of a state file. Immutable.
 *
 * @param written when it was written
 * @param date the day that the amounts belong to
 * @param amounts what was used on that day
 */
record UsageState(Instant written, LocalDate date, Amounts amounts) {

    /**
     * The amounts used on one day. Immutable.
     *
     * @param guests what each guest used on that day
     * @param tenants what each tenant's guests used together
     */
    record Amounts(SortedMap<UUID, DailyAmount> guests, SortedMap<String, DailyAmount> tenants) {
        static final Amounts NONE = new Amounts(new TreeMap<>(), new TreeMap<>());

        /** Copies both maps. */
        Amounts {
            guests = Collections.unmodifiableSortedMap(new TreeMap<>(guests));
            tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
        }
    }

    /** Creates the state of a host without named tenants. */
    UsageState(Instant written, LocalDate date, SortedMap<UUID, DailyAmount> guests) {
        this(written, date, new Amounts(guests, new TreeMap<>()));
    }

    SortedMap<UUID, DailyAmount> guests() {
        return amounts.guests();
    }
}
