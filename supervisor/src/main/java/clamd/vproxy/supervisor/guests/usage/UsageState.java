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
 * @param guests what each had used of it, each amount of that day
 */
record UsageState(Instant written, LocalDate date, SortedMap<UUID, DailyAmount> guests) {
    /** Copies the guests. */
    UsageState {
        guests = Collections.unmodifiableSortedMap(new TreeMap<>(guests));
    }
}
