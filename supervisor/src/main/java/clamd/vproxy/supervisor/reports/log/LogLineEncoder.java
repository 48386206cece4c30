package clamd.vproxy.supervisor.reports.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import clamd.vproxy.supervisor.base.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/**
 * Encodes each event in the format chosen for the process. Each session logs a line, so this is
 * part of a session's cost. Thread-safe.
 */
final class LogLineEncoder {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                    .withZone(ZoneId.systemDefault());

    /** The initial buffer size, enough for most lines. */
    private static final int USUAL_CHARACTERS = 512;

    private volatile LogFormat format = LogFormat.TEXT;

    /** Sets the format of all events from now on. */
    void setFormat(LogFormat chosen) {
        format = chosen;
    }

    /** Returns the event's line and those of its stack trace, with their line ends, in UTF-8. */
    byte[] encode(ILoggingEvent event) {
        String lines =
                switch (format) {
                    case TEXT -> text(event);
                    case JOURNAL -> journal(event);
                    case JSON -> json(event);
                };
        return lines.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(USUAL_CHARACTERS);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        line.append(' ').append(padded(event.getLevel())).append(' ');
        LineText.append(line, event);
        return lines(line, "", event);
    }

    private static String padded(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> "ERROR";
            case Level.WARN_INT -> "WARN ";
            case Level.INFO_INT -> "INFO ";
            case Level.DEBUG_INT -> "DEBUG";
            default -> "TRACE";
        };
    }

    private static String journal(ILoggingEvent event) {
        String priority = "<" + priority(event.getLevel()) + ">";
        StringBuilder line = new StringBuilder(USUAL_CHARACTERS).append(priority);
        LineText.append(line, event);
        return lines(line, priority, event);
    }

    private static String lines(StringBuilder first, String before, ILoggingEvent event) {
        first.append('\n');
        for (String line : LineText.trace(event)) {
            first.append(before).append(line).append('\n');
        }
        return first.toString();
    }

    /** Returns a level's priority, as syslog(3) numbers them. */
    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }

    private static String json(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", event.getInstant().truncatedTo(ChronoUnit.MILLIS).toString());
        fields.put("level", event.getLevel().toString());
        fields.put("logger", event.getLoggerName());
        fields.put("message", String.valueOf(event.getFormattedMessage()));
        for (KeyValuePair pair : LineText.pairs(event)) {
            // a pair with the name of a field above must not replace it
            String key = fields.containsKey(pair.key) ? pair.key + "_value" : pair.key;
            fields.put(key, plain(pair.value));
        }
        List<String> trace = LineText.trace(event);
        if (!trace.isEmpty()) {
            fields.put("exception", String.join("\n", trace));
        }
        return Json.asciiLine(fields) + "\n";
    }

    private static Object plain(Object value) {
        return value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
    }
}
