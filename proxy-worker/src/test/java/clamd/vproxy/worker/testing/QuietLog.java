package clamd.vproxy.worker.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Listens to all that we log ourselves and has a say when there is an error among it, or something
 * that would not stay on its line. Thread-safe, guarded by itself.
 */
public final class QuietLog extends AppenderBase<ILoggingEvent> {
    private final List<String> complaints = new ArrayList<>();

    private QuietLog() {}

    /** From now on. */
    public static QuietLog listening() {
        QuietLog log = new QuietLog();
        log.start();
        Logger ours = (Logger) LoggerFactory.getLogger("clamd.vproxy");
        ours.setLevel(Level.INFO);
        ours.setAdditive(false);
        ours.addAppender(log);
        return log;
    }

    @Override
    protected synchronized void append(ILoggingEvent event) {
        String line = event.getFormattedMessage() + " " + event.getKeyValuePairs();
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            complaints.add("an error was logged: " + line);
        } else if (!line.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            complaints.add("not printable: " + line);
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
