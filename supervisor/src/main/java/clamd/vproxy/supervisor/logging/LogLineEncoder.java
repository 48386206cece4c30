package clamd.vproxy.supervisor.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import clamd.vproxy.supervisor.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/** Gives each event the shape that was chosen for the process. Thread-safe. */
public final class LogLineEncoder extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                    .withZone(ZoneId.systemDefault());

    private static final byte[] NOTHING = {};

    private volatile LogFormat format = LogFormat.TEXT;

    /** Has all events from now on written so. */
    public void setFormat(LogFormat chosen) {
        format = chosen;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String lines =
                switch (format) {
                    case TEXT -> text(event);
                    case JOURNAL -> journal(event);
                    case JSON -> json(event);
                };
        return lines.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ILoggingEvent event) {
        String time = TIME.format(event.getInstant());
        String level = "%-5s".formatted(event.getLevel());
        return lines("", time + " " + level + " " + LineText.of(event), LineText.trace(event));
    }

    private static String journal(ILoggingEvent event) {
        String priority = "<" + priority(event.getLevel()) + ">";
        return lines(priority, LineText.of(event), LineText.trace(event));
    }

    private static String lines(String before, String first, List<String> trace) {
        StringBuilder lines = new StringBuilder().append(before).append(first).append('\n');
        trace.forEach(line -> lines.append(before).append(line).append('\n'));
        return lines.toString();
    }

    /** As syslog(3) numbers them. */
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
            // what has the name of a field above must not take its place
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
