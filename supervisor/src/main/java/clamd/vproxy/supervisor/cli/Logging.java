package clamd.vproxy.supervisor.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** The one place that knows which logging backend is there. Static functions only. */
final class Logging {
    private Logging() {}

    /** Has everything logged, or only what an operator wants to see. */
    static void setDebug(boolean debug) {
        root().setLevel(debug ? Level.DEBUG : Level.INFO);
    }

    /** Leaves only what went wrong, for commands that have an output of their own. */
    static void setQuiet() {
        root().setLevel(Level.ERROR);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
