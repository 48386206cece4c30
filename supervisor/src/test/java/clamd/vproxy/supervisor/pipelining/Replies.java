package clamd.vproxy.supervisor.pipelining;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Counts the replies to honest scans by what is wrong with them. Thread-safe. */
final class Replies {
    /** Enough to see what they are like. */
    private static final int MOST_SAMPLES = 10;

    /** What the reply to an infected archive can be. */
    enum Kind {
        /** What was found in this very archive. */
        CORRECT,
        /** The infected archive is called clean. */
        FALSE_OK,
        /** The scan failed. */
        ERROR,
        /** Another client's reply, several of them, contents of files. */
        FOREIGN,
        /** Nothing within the time. */
        MISSING
    }

    private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> samples = new ConcurrentLinkedQueue<>();

    /** Takes what came as the reply to a scan that must end with {@code expected}. */
    void add(String heard, String expected) {
        Kind kind = kind(heard, expected);
        counts.computeIfAbsent(kind, _ -> new LongAdder()).increment();
        if (kind != Kind.CORRECT && samples.size() < MOST_SAMPLES) {
            String start = heard.substring(0, Math.min(heard.length(), 80));
            samples.add(kind + ": " + start.replaceAll("[^ -~]", "?"));
        }
    }

    static Kind kind(String heard, String expected) {
        if (heard.equals(expected)) {
            return Kind.CORRECT;
        }
        if (heard.equals("stream: OK\0")) {
            return Kind.FALSE_OK;
        }
        if (heard.isEmpty()) {
            return Kind.MISSING;
        }
        return heard.matches("[ -~]* ERROR\0|COMMAND READ TIMED OUT\n") ? Kind.ERROR : Kind.FOREIGN;
    }

    long count(Kind kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    /** All but the correct ones. */
    long wrong() {
        return all() - count(Kind.CORRECT);
    }

    long all() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Some of the wrong ones, for people to look at. */
    List<String> samples() {
        return List.copyOf(samples);
    }
}
