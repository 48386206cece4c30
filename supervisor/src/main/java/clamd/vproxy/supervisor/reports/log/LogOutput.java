package clamd.vproxy.supervisor.reports.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.LoggerFactory;

/**
 * Writes each event to standard error, which journald takes as it takes standard output, so that
 * commands keep that for what they print; and remembers the last ones. Thread-safe, guarded by its
 * output: an event is made a line before that is taken, and is written at once, for what is logged
 * last before a crash matters most.
 */
public final class LogOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** The name by which the root logger has it. */
    public static final String NAME = "output";

    private final LogLineEncoder encoder = new LogLineEncoder();
    private final RecentLines recent = new RecentLines();

    @GuardedBy("itself")
    private final OutputStream output;

    LogOutput(OutputStream output) {
        this.output = output;
        setName(NAME);
    }

    /**
     * Has this process log to standard error, and nowhere else, what an operator wants to see. In
     * code, for reading it from a file takes a tenth of the daemon's start.
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

    /** Has lines written in this shape from now on. */
    public void setFormat(LogFormat format) {
        encoder.setFormat(format);
    }

    /** The last lines as they were made; those of two threads may be written in the other order. */
    public String recentLines() {
        return recent.text();
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] lines = encoder.encode(event);
        recent.add(lines);
        synchronized (output) {
            try {
                output.write(lines);
            } catch (IOException _) {
                // nobody is left to tell
            }
        }
    }
}
