package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import clamd.vproxy.supervisor.cli.Main;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Writes all that we log as the daemon does, by its own configuration, and has a say when there is
 * an error among it, or an event that is not one line without control characters. Thread-safe.
 */
public final class PrintedLog extends AppenderBase<ILoggingEvent> {
    private final Encoder<ILoggingEvent> encoder;

    @GuardedBy("this")
    private final List<String> complaints = new ArrayList<>();

    private PrintedLog(Encoder<ILoggingEvent> encoder) {
        this.encoder = encoder;
    }

    /** From now on. */
    public static PrintedLog listening() {
        PrintedLog log = new PrintedLog(daemonsEncoder());
        log.start();
        for (String name : List.of("clamd.vproxy", "session")) {
            Logger ours = (Logger) LoggerFactory.getLogger(name);
            ours.setLevel(Level.INFO);
            ours.setAdditive(false);
            ours.addAppender(log);
        }
        return log;
    }

    private static Encoder<ILoggingEvent> daemonsEncoder() {
        LoggerContext daemons = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(daemons);
        try {
            configurator.doConfigure(
                    Objects.requireNonNull(Main.class.getResource("/logback.xml")));
        } catch (JoranException e) {
            throw new AssertionError(e);
        }
        Appender<ILoggingEvent> appender =
                daemons.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
        return ((ConsoleAppender<ILoggingEvent>) appender).getEncoder();
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        String printed = new String(encoder.encode(event), UTF_8);
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            complaints.add("an error was logged: " + printed);
        } else if (!printed.matches("[^\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]+\n")) {
            complaints.add("not one line: " + printed);
        }
    }

    /** Fails if there was such a thing since the last call. */
    public synchronized void assertQuiet() {
        if (!complaints.isEmpty()) {
            String all = String.join("; ", complaints);
            complaints.clear();
            throw new AssertionError(all);
        }
    }
}
