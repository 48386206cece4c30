package clamd.vproxy.supervisor.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Reads what one logger and those below it write. Thread-safe. */
public final class LogTap extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Line> unseen = new LinkedBlockingQueue<>();

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
        LogTap tap = new LogTap(name);
        tap.start();
        tap.logger.setLevel(Level.INFO);
        tap.logger.addAppender(tap);
        return tap;
    }

    /** Listens to the lines that tell of sessions. */
    public static LogTap onSessions() {
        return on("session");
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
        Line line = new Line(event.getLevel(), event.getFormattedMessage(), values);
        lines.add(line);
        unseen.add(line);
    }

    /** The next line, once there is one. */
    public Line next() throws InterruptedException {
        return next(_ -> true);
    }

    /** The next line that the test asks for; others are passed over. */
    public Line next(Predicate<Line> wanted) throws InterruptedException {
        Line line;
        do {
            line = unseen.poll(30, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no such line, but " + lines);
            }
        } while (!wanted.test(line));
        return line;
    }

    /** All lines so far. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(null);
    }
}
