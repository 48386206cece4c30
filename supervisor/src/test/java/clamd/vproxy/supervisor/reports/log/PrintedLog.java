package clamd.vproxy.supervisor.reports.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Writes all that we log as the daemon does, and has a say when there is an error among it, or an
 * event that is not one line without control characters. Thread-safe.
 */
public final class PrintedLog extends AppenderBase<ILoggingEvent> {
    private final LogLineEncoder encoder = new LogLineEncoder();

    @GuardedBy("this")
    private final List<String> complaints = new ArrayList<>();

    private PrintedLog() {}

    /** From now on. */
    public static PrintedLog listening() {
        PrintedLog log = new PrintedLog();
        log.start();
        for (String name : List.of("clamd.vproxy", "session")) {
            Logger ours = (Logger) LoggerFactory.getLogger(name);
            ours.setLevel(Level.INFO);
            ours.setAdditive(false);
            ours.addAppender(log);
        }
        return log;
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
