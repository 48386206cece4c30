package clamd.vproxy.supervisor.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.OutputStreamAppender;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The last lines of the log, as they were printed. Thread-safe, guarded by itself. */
final class RecentLog extends AppenderBase<ILoggingEvent> {
    /** So many, each of so many characters: about a megabyte at most. */
    private static final int LINES = 500;

    private static final int LONGEST_LINE = 2000;

    private @Nullable OutputStreamAppender<ILoggingEvent> printer;

    @GuardedBy("this")
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    /** Keeps what is logged from now on. */
    void listen() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Iterator<?> appenders = root.iteratorForAppenders();
        while (appenders.hasNext()) {
            if (appenders.next() instanceof OutputStreamAppender<?> found) {
                printer = printing(found);
            }
        }
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    @SuppressWarnings("unchecked") // what hangs at a logger takes its events
    private static OutputStreamAppender<ILoggingEvent> printing(OutputStreamAppender<?> found) {
        return (OutputStreamAppender<ILoggingEvent>) found;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String line =
                printer == null
                        ? event.getFormattedMessage() + "\n"
                        : new String(printer.getEncoder().encode(event), UTF_8);
        add(line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…\n" : line);
    }

    private synchronized void add(String line) {
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.add(line);
    }

    /** The lines, the oldest first. */
    synchronized String text() {
        return String.join("", lines);
    }
}
