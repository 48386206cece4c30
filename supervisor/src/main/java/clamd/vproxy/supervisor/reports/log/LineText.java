package clamd.vproxy.supervisor.reports.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import clamd.vproxy.policies.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * Builds the texts of log lines, in which no foreign text can end a line or a value, or change a
 * terminal's state. Static functions only.
 */
final class LineText {
    private LineText() {}

    /** Appends the event without its time and level: logger, message and key-value pairs. */
    static void append(StringBuilder line, ILoggingEvent event) {
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        line.append(safe(String.valueOf(event.getFormattedMessage())));
        for (KeyValuePair pair : pairs(event)) {
            line.append(' ').append(pair.key).append("=\"");
            line.append(safe(String.valueOf(pair.value).replace('"', '\'')));
            line.append('"');
        }
    }

    /** Returns the event's key-value pairs, which may be none. */
    static List<KeyValuePair> pairs(ILoggingEvent event) {
        return Optional.ofNullable(event.getKeyValuePairs()).orElse(List.of());
    }

    /** Returns the event's stack trace, a line each; foreign texts in it cannot add line ends. */
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

    /** Makes a text safe; line ends, as in multi-line messages, become blanks. */
    private static String safe(String text) {
        return PrintableText.of(text.replace('\n', ' '));
    }
}
