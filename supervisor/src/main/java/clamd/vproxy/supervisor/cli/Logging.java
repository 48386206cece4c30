package clamd.vproxy.supervisor.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import clamd.vproxy.supervisor.logging.LogFormat;
import clamd.vproxy.supervisor.logging.LogLineEncoder;
import org.slf4j.LoggerFactory;

/** Sets the logging backend, which no other class of this package knows. Static functions only. */
final class Logging {
    private Logging() {}

    /** Has everything logged, or only what an operator wants to see. */
    static void setDebug(boolean debug) {
        root().setLevel(debug ? Level.DEBUG : Level.INFO);
    }

    /** Has lines written in this shape. */
    static void setFormat(LogFormat format) {
        root().iteratorForAppenders()
                .forEachRemaining(appender -> {
                    if (appender instanceof OutputStreamAppender<ILoggingEvent> output
                            && output.getEncoder() instanceof LogLineEncoder lines) {
                        lines.setFormat(format);
                    }
                });
    }

    /** Leaves only what went wrong, for commands that have an output of their own. */
    static void setQuiet() {
        root().setLevel(Level.ERROR);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
