package clamd.vproxy.supervisor.commands.common;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import clamd.vproxy.supervisor.reports.log.LogFormat;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Sets the logging backend, which no other class of this package knows. Static functions only. */
public final class Logging {
    /** How long the end of the process waits for a log that takes nothing. */
    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(2);

    private Logging() {}

    /** Has everything logged, or only what an operator wants to see. */
    public static void setDebug(boolean debug) {
        root().setLevel(debug ? Level.DEBUG : Level.INFO);
    }

    /** Has lines written in this shape. */
    public static void setFormat(LogFormat format) {
        LogOutput.installed().ifPresent(output -> output.setFormat(format));
    }

    /** Leaves only what went wrong, for commands that have an output of their own. */
    public static void setQuiet() {
        root().setLevel(Level.ERROR);
    }

    /** The last lines, the oldest first. */
    public static String recentLines() {
        return LogOutput.installed().map(LogOutput::recentLines).orElse("");
    }

    /** Writes lines on a thread of its own, so that no thread that logs waits for the log. */
    public static void writeInBackground() {
        LogOutput.installed().ifPresent(LogOutput::writeInBackground);
    }

    /** Waits a moment for lines that are not written yet. */
    public static void flush() {
        try {
            Optional<LogOutput> output = LogOutput.installed();
            if (output.isPresent()) {
                output.get().flush(FLUSH_LIMIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
