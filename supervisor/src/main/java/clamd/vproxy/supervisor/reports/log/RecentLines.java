package clamd.vproxy.supervisor.reports.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.stream.Collectors;

/** Keeps the last lines of the log, as they were printed. Thread-safe, guarded by itself. */
final class RecentLines {
    /** How many lines are kept, each of limited length: about a megabyte in all. */
    private static final int LINES = 500;

    private static final int LONGEST_LINE = 2000;

    @GuardedBy("this")
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>();

    /** Adds what was printed for one event, with its line ends; very long output is shortened. */
    void add(byte[] printed) {
        byte[] kept = printed.length > LONGEST_LINE ? shortened(printed) : printed;
        synchronized (this) {
            if (lines.size() == LINES) {
                lines.removeFirst();
            }
            lines.add(kept);
        }
    }

    private static byte[] shortened(byte[] printed) {
        return (new String(printed, 0, LONGEST_LINE, UTF_8) + "…\n").getBytes(UTF_8);
    }

    /** Returns the lines, the oldest first. */
    synchronized String text() {
        return lines.stream().map(line -> new String(line, UTF_8)).collect(Collectors.joining());
    }
}
