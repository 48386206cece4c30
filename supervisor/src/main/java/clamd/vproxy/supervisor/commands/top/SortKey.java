package clamd.vproxy.supervisor.commands.top;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The keys by which the lines are sorted: numbers begin with the largest, names with A. Immutable.
 */
public enum SortKey {
    /**
     * Sorts by problems: guests that wait, have sent malware, are not in service, or had errors.
     */
    PROBLEMS(
            'p',
            Comparator.comparingInt(TopRow::problems)
                    .thenComparingDouble(TopRow::bytesPerSecond)
                    .reversed()),
    /** Sorts by file data per second. */
    BYTES('b', Comparator.comparingDouble(TopRow::bytesPerSecond).reversed()),
    /** Sorts by verdicts per second. */
    SCANS('s', Comparator.comparingDouble(TopRow::scansPerSecond).reversed()),
    /** Sorts by connections in service. */
    CONNECTIONS('c', Comparator.comparingInt(TopRow::connections).reversed()),
    /** Sorts by sessions in queues. */
    QUEUE('u', Comparator.comparingInt(TopRow::queue).reversed()),
    /** Sorts by the longest wait. */
    WAIT('w', Comparator.comparingLong(TopRow::longestWaitMillis).reversed()),
    /** Sorts by infected files. */
    INFECTED('i', Comparator.comparingLong(TopRow::infected).reversed()),
    /** Sorts by names. */
    NAME('n', Comparator.comparing(TopRow::guest));

    private final char key;

    @SuppressWarnings("ImmutableEnumChecker") // consists of stateless functions
    private final Comparator<TopRow> order;

    SortKey(char key, Comparator<TopRow> order) {
        this.key = key;
        this.order = order;
    }

    /** Returns the sort key for this keyboard key. */
    static Optional<SortKey> of(int key) {
        return Stream.of(values()).filter(each -> each.key == key).findFirst();
    }

    /** Returns the keyboard key that chooses this sort key. */
    char key() {
        return key;
    }

    /** Returns the name, which is also the option's value. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the order of lines; equal lines are ordered by name, so that they do not jump around.
     */
    Comparator<TopRow> order(boolean reversed) {
        return (reversed ? order.reversed() : order).thenComparing(TopRow::guest);
    }
}
