package clamd.vproxy.supervisor.commands.top;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the lines are sorted by: the largest first, names from A. Immutable. */
public enum SortKey {
    /** Guests that wait, have sent malware, are not served, or had errors. */
    PROBLEMS(
            'p',
            Comparator.comparingInt(TopRow::problems)
                    .thenComparingDouble(TopRow::bytesPerSecond)
                    .reversed()),
    /** File data per second. */
    BYTES('b', Comparator.comparingDouble(TopRow::bytesPerSecond).reversed()),
    /** Verdicts per second. */
    SCANS('s', Comparator.comparingDouble(TopRow::scansPerSecond).reversed()),
    /** Connections in service. */
    CONNECTIONS('c', Comparator.comparingInt(TopRow::connections).reversed()),
    /** Sessions in queues. */
    QUEUE('u', Comparator.comparingInt(TopRow::queue).reversed()),
    /** The longest wait. */
    WAIT('w', Comparator.comparingLong(TopRow::longestWaitMillis).reversed()),
    /** Infected files. */
    INFECTED('i', Comparator.comparingLong(TopRow::infected).reversed()),
    /** Names. */
    NAME('n', Comparator.comparing(TopRow::guest));

    private final char key;

    @SuppressWarnings("ImmutableEnumChecker") // made of functions without state
    private final Comparator<TopRow> order;

    SortKey(char key, Comparator<TopRow> order) {
        this.key = key;
        this.order = order;
    }

    /** The sort key for this keyboard key. */
    static Optional<SortKey> of(int key) {
        return Stream.of(values()).filter(each -> each.key == key).findFirst();
    }

    /** The key that chooses it. */
    char key() {
        return key;
    }

    /** Its word, as an option's value too. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Equals in the order of their names, so that lines do not jump about. */
    Comparator<TopRow> order(boolean reversed) {
        return (reversed ? order.reversed() : order).thenComparing(TopRow::guest);
    }
}
