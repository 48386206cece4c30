package clamd.vproxy.supervisor.sources.libvirt;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Listens to what one package logs, for tests. */
final class LogTap extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger =
            (Logger) LoggerFactory.getLogger(LibvirtWatcher.class.getPackageName());
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> unseen = new LinkedBlockingQueue<>();

    LogTap() {
        start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent line) {
        lines.add(line);
        unseen.add(line.getFormattedMessage());
    }

    /** The lines of a level so far. */
    List<String> at(Level level) {
        return lines.stream()
                .filter(line -> line.getLevel().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Waits for a line with this text. */
    void await(String text) throws InterruptedException {
        String line;
        do {
            line = unseen.poll(30, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no line with '%s' among %s".formatted(text, lines));
            }
        } while (!line.contains(text));
    }

    /** Drops the lines so far. */
    void forget() {
        lines.clear();
        unseen.clear();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
