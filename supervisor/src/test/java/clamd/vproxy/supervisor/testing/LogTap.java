package clamd.vproxy.supervisor.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Reads what one logger and those below it write. Thread-safe. */
public final class LogTap extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Logger logger;

    @GuardedBy("this")
    private final List<Line> lines = new ArrayList<>();

    @GuardedBy("this")
    private int read;

    /** One line with its key-value pairs. */
    public record Line(Level level, String message, Map<String, String> values) {
        /** The value of a key, or a dash if the line has none. */
        public String value(String key) {
            return values.getOrDefault(key, "-");
        }

        @Override
        public String toString() {
            return level + " " + message + " " + values;
        }
    }

    private LogTap(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
    }

    /** Listens to the logger with this name, whatever level the rest of the process logs at. */
    public static LogTap on(String name) {
        return on(name, Level.INFO);
    }

    /** Listens to the logger with this name at this level and above. */
    public static LogTap on(String name, Level level) {
        LogTap tap = new LogTap(name);
        tap.start();
        tap.logger.setLevel(level);
        tap.logger.setAdditive(false);
        tap.logger.addAppender(tap);
        return tap;
    }

    /** Listens to the lines that tell of sessions; at this level each session has one. */
    public static LogTap onSessions() {
        return on("session", Level.DEBUG);
    }

    /** From now on listens at this level and above. */
    public void listenAt(Level level) {
        logger.setLevel(level);
    }

    @Override
    protected void append(ILoggingEvent event) {
        Map<String, String> values =
                event.getKeyValuePairs() == null
                        ? Map.of()
                        : event.getKeyValuePairs().stream()
                                .collect(
                                        Collectors.toMap(
                                                pair -> pair.key,
                                                pair -> String.valueOf(pair.value)));
        add(new Line(event.getLevel(), event.getFormattedMessage(), values));
    }

    private synchronized void add(Line line) {
        lines.add(line);
        notifyAll();
    }

    /** The next line, once there is one. */
    public synchronized Line next() throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (lines.size() <= read) {
            awaitLine(deadline);
        }
        return lines.get(read++);
    }

    /** The first line of all that the test asks for, once there is one. */
    public synchronized Line find(Predicate<Line> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Optional<Line> found = lines.stream().filter(wanted).findFirst();
        while (found.isEmpty()) {
            awaitLine(deadline);
            found = lines.stream().filter(wanted).findFirst();
        }
        return found.get();
    }

    /** Reads on to the next line with this text, once there is one. */
    public void await(String text) throws InterruptedException {
        while (!next().message().contains(text)) {
            // not this one
        }
    }

    /** The messages of a level so far. */
    public synchronized List<String> at(Level level) {
        return lines.stream()
                .filter(line -> line.level().equals(level))
                .map(Line::message)
                .toList();
    }

    /** Drops the lines so far. */
    public synchronized void forget() {
        lines.clear();
        read = 0;
    }

    /** All lines so far. */
    public synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    @GuardedBy("this")
    private void awaitLine(long deadline) throws InterruptedException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new AssertionError("no such line, but " + lines);
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
