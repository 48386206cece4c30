package clamd.vproxy.supervisor.commands.common;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import clamd.vproxy.supervisor.reports.log.LogFormat;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Sets the logging backend, which no other class of this package knows. Static functions only. */
public final class Logging {
    private Logging() {}

    /** Has everything logged, or only what an operator wants to see. */
    public static void setDebug(boolean debug) {
        root().setLevel(debug ? Level.DEBUG : Level.INFO);
    }

    /** Has lines written in this shape. */
    public static void setFormat(LogFormat format) {
        output().ifPresent(output -> output.setFormat(format));
    }

    /** Leaves only what went wrong, for commands that have an output of their own. */
    public static void setQuiet() {
        root().setLevel(Level.ERROR);
    }

    /** The last lines, the oldest first. */
    public static String recentLines() {
        return output().map(LogOutput::recentLines).orElse("");
    }

    /** Nothing where somebody else decides on the log, as tests do. */
    private static Optional<LogOutput> output() {
        return root().getAppender(LogOutput.NAME) instanceof LogOutput output
                ? Optional.of(output)
                : Optional.empty();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
