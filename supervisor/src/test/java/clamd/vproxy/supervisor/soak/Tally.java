package clamd.vproxy.supervisor.soak;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts how often each thing occurred. Thread-safe. */
final class Tally {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** One more of this. */
    void add(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    /** How many of this there were. */
    long of(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    /** How many there were of all whose name begins so. */
    long ofAll(String beginning) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(beginning))
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    /** What occurred, in the order of the names. */
    SortedMap<String, Long> all() {
        SortedMap<String, Long> all = new TreeMap<>();
        counts.forEach((what, count) -> all.put(what, count.sum()));
        return all;
    }
}
