package clamd.vproxy.supervisor.reports.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The format of a log line. Immutable. */
public enum LogFormat {
    /** Time, level, logger, message, and key-value pairs. */
    TEXT,
    /** A line for journald, which adds the time: it begins with a priority in angle brackets. */
    JOURNAL,
    /** A JSON object with all of these as fields. */
    JSON;

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    /**
     * Returns the format for standard error: {@link #JOURNAL} if journald reads it, else {@link
     * #TEXT}.
     */
    public static LogFormat fitting() {
        return fitting(Optional.ofNullable(System.getenv("JOURNAL_STREAM")), STANDARD_ERROR);
    }

    /**
     * Returns {@link #JOURNAL} if journald reads {@code stream}, else {@link #TEXT}.
     *
     * @param journalStream the variable in which systemd names the stream to journald by device and
     *     inode (systemd.exec(5))
     * @param stream a link to the stream that this process writes to
     */
    static LogFormat fitting(Optional<String> journalStream, Path stream) {
        if (journalStream.isEmpty()) {
            return TEXT;
        }
        try {
            // standard error may have been redirected, and the variable is inherited
            Map<String, Object> file = Files.readAttributes(stream, "unix:dev,ino");
            String ours = file.get("dev") + ":" + file.get("ino");
            return ours.equals(journalStream.get()) ? JOURNAL : TEXT;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
            // the link is missing, or its file system lacks these attributes: each is another
            // exception
            return TEXT;
        }
    }
}
