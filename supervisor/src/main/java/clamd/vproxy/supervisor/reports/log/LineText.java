package clamd.vproxy.supervisor.reports.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * The texts of log lines, in which nothing that came from outside can end a line, a value or a
 * terminal's state. Static functions only.
 */
final class LineText {
    private LineText() {}

    /** Appends the event without its time and level: logger, message and key-value pairs. */
    static void append(StringBuilder line, ILoggingEvent event) {
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        appendSafe(line, String.valueOf(event.getFormattedMessage()));
        for (KeyValuePair pair : pairs(event)) {
            line.append(' ').append(pair.key).append("=\"");
            appendSafe(line, String.valueOf(pair.value).replace('"', '\''));
            line.append('"');
        }
    }

    /** The event's key-value pairs; none if it has none. */
    static List<KeyValuePair> pairs(ILoggingEvent event) {
        return Optional.ofNullable(event.getKeyValuePairs()).orElse(List.of());
    }

    /** The stack trace of the event, a line each; only ours are where its lines end. */
    static List<String> trace(ILoggingEvent event) {
        List<String> lines = new ArrayList<>();
        IThrowableProxy failure = event.getThrowableProxy();
        if (failure != null) {
            trace(lines, "", failure);
        }
        return lines;
    }

    private static void trace(List<String> lines, String before, IThrowableProxy failure) {
        lines.add(before + failure.getClassName() + ": " + safe("" + failure.getMessage()));
        if (failure.isCyclic()) {
            return;
        }
        StackTraceElementProxy[] frames = failure.getStackTraceElementProxyArray();
        for (int index = 0; index < frames.length - failure.getCommonFrames(); index++) {
            lines.add("\tat " + frames[index].getStackTraceElement());
        }
        for (IThrowableProxy suppressed : failure.getSuppressed()) {
            trace(lines, "Suppressed: ", suppressed);
        }
        if (failure.getCause() != null) {
            trace(lines, "Caused by: ", failure.getCause());
        }
    }

    private static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        appendSafe(safe, text);
        return safe.toString();
    }

    /** Line ends become blanks, what else cannot be printed a question mark. */
    private static void appendSafe(StringBuilder line, String text) {
        int plain = 0;
        while (plain < text.length() && isPrintableAscii(text.charAt(plain))) {
            plain++;
        }
        line.append(text, 0, plain);
        if (plain < text.length()) {
            text.substring(plain).codePoints().forEach(point -> append(line, point));
        }
    }

    private static boolean isPrintableAscii(char character) {
        return character >= ' ' && character <= '~';
    }

    private static void append(StringBuilder safe, int point) {
        if (point == '\n') {
            safe.append(' ');
            return;
        }
        switch (Character.getType(point)) {
            // FORMAT: letters that turn the direction of others would make a line read otherwise
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    safe.append('?');
            default -> safe.appendCodePoint(point);
        }
    }
}
