package clamd.vproxy.supervisor.commands.common;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import clamd.vproxy.supervisor.reports.log.LogFormat;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Configures the logging backend, which no other class of this package uses. Static functions only.
 */
public final class Logging {
    /** How long the process waits at its end for a log that accepts no lines. */
    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(2);

    private Logging() {}

    /** Logs everything, or only what an operator needs. */
    public static void setDebug(boolean debug) {
        root().setLevel(debug ? Level.DEBUG : Level.INFO);
    }

    /** Sets the format of the log's lines. */
    public static void setFormat(LogFormat format) {
        LogOutput.installed().ifPresent(output -> output.setFormat(format));
    }

    /** Logs only failures, for commands that have an output of their own. */
    public static void setQuiet() {
        root().setLevel(Level.ERROR);
    }

    /** Returns the last log lines, the oldest first. */
    public static String recentLines() {
        return LogOutput.installed().map(LogOutput::recentLines).orElse("");
    }

    /** Writes lines on a separate thread, so that no thread that logs waits for the log. */
    public static void writeInBackground() {
        LogOutput.installed().ifPresent(LogOutput::writeInBackground);
    }

    /** Waits briefly until the remaining lines are written. */
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
