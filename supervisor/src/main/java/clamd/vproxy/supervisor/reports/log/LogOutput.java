package clamd.vproxy.supervisor.reports.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * Writes each event to standard error and remembers the last lines. Standard output remains free
 * for the output of commands; journald reads both alike. Thread-safe, guarded by its output: an
 * event is encoded before that lock is taken. A command writes its lines at once; in the daemon a
 * {@link LogWriter} writes them, so that no session waits for the log.
 */
public final class LogOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** The name of this appender at the root logger. */
    public static final String NAME = "output";

    private final LogLineEncoder encoder = new LogLineEncoder();
    private final RecentLines recent = new RecentLines();

    @GuardedBy("itself")
    private final OutputStream output;

    private volatile @Nullable LogWriter writer;

    LogOutput(OutputStream output) {
        this.output = output;
        setName(NAME);
    }

    /**
     * Makes this process log to standard error only, at the levels that an operator needs. This is
     * done in code, because reading it from a file takes a tenth of the daemon's start.
     */
    public static void install() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        LogOutput output = new LogOutput(new FileOutputStream(FileDescriptor.err));
        output.setContext(root.getLoggerContext());
        output.start();
        root.detachAndStopAllAppenders();
        root.addAppender(output);
        root.setLevel(Level.INFO);
    }

    /** Returns the output of this process; empty where another one is configured, as in tests. */
    public static Optional<LogOutput> installed() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        return root.getAppender(NAME) instanceof LogOutput output
                ? Optional.of(output)
                : Optional.empty();
    }

    /** Has a separate thread write the lines from now on. */
    public void writeInBackground() {
        writeInBackground(new FileOutputStream(FileDescriptor.err).getChannel());
    }

    /** Has a separate thread write the lines to this channel from now on. */
    void writeInBackground(WritableByteChannel channel) {
        writer = new LogWriter(channel, this::lostLines, SystemClock.utc());
    }

    private byte[] lostLines(long lines, long detections) {
        Logger logger = ((LoggerContext) getContext()).getLogger(LogOutput.class);
        LoggingEvent event =
                new LoggingEvent(
                        LogOutput.class.getName(),
                        logger,
                        Level.WARN,
                        "the log could not be written, and lines are lost",
                        null,
                        null);
        event.addKeyValuePair(new KeyValuePair("lines", lines));
        event.addKeyValuePair(new KeyValuePair("infected", detections));
        return encoder.encode(event);
    }

    /** Returns the status of this process's log. */
    public static LogStatus status() {
        return installed()
                .map(output -> output.writer)
                .map(LogWriter::status)
                .orElse(LogStatus.WRITABLE);
    }

    /** Waits until the lines so far are written, for at most this long. */
    public void flush(Duration limit) throws InterruptedException {
        LogWriter writing = writer;
        if (writing != null) {
            writing.flush(limit);
        }
    }

    /** Sets the format of all lines from now on. */
    public void setFormat(LogFormat format) {
        encoder.setFormat(format);
    }

    /**
     * Returns the last lines in the order of their encoding; lines of two threads may be written in
     * another order.
     */
    public String recentLines() {
        return recent.text();
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] lines = encoder.encode(event);
        recent.add(lines);
        LogWriter background = writer;
        if (background != null) {
            background.add(lines, isDetection(event));
            return;
        }
        synchronized (output) {
            try {
                output.write(lines);
            } catch (IOException _) {
                // there is no other way to report this
            }
        }
    }

    private static boolean isDetection(ILoggingEvent event) {
        return LineText.pairs(event).stream()
                .anyMatch(pair -> pair.key.equals("verdict") && "infected".equals(pair.value));
    }
}
