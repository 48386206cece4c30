package clamd.vproxy.worker.clamd.conf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the lines of one clamd.conf as {@code common/optparser.c:optparse} of ClamAV 1.4 does, byte
 * for byte. Confined to the calling thread.
 *
 * <p>It is stricter than clamd in two cases in which clamd starts, but not as the administrator
 * intended: a line of more than 1023 bytes (clamd reads the rest as another line, even after a
 * comment) and a carriage return in a text.
 */
final class ClamdConfReader {
    private static final int MAX_LINE_BYTES = 1023;
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    private final Path file;
    private final Map<Option, Long> wholes = new EnumMap<>(Option.class);
    private final Map<Option, List<String>> texts = new EnumMap<>(Option.class);
    private int lineNumber;

    private ClamdConfReader(Path file) {
        this.file = file;
    }

    static ClamdConf read(Path file, byte[] content) throws ClamdConfException {
        ClamdConfReader reader = new ClamdConfReader(file);
        // one char per byte: clamd counts lengths in bytes, and everything it parses is ASCII
        String text = new String(content, StandardCharsets.ISO_8859_1);
        for (int start = 0; start < text.length(); ) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline + 1;
            reader.lineNumber++;
            reader.line(text.substring(start, end));
            start = end;
        }
        return new ClamdConf(reader.wholes, reader.texts);
    }

    /**
     * Parses one line including its newline, because clamd ignores lines of two bytes including it.
     */
    private void line(String raw) throws ClamdConfException {
        if (raw.stripTrailing().length() > MAX_LINE_BYTES) {
            throw refused(
                    "the line is longer than "
                            + MAX_LINE_BYTES
                            + " bytes; clamd would read the rest as another line");
        }
        if (lineNumber == 1 && raw.startsWith(BYTE_ORDER_MARK)) {
            throw refused("the file begins with a byte order mark; save it without one");
        }
        if (raw.indexOf('\0') >= 0) {
            throw refused("the line has a NUL byte");
        }
        String line = raw.substring(blanks(raw, 0));
        if (line.length() <= 2 || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("Example")) {
            throw refused("still has the line Example; remove it, or clamd does not start");
        }
        int nameEnd = nameEnd(line);
        String name = line.substring(0, nameEnd);
        take(name, value(name, line.substring(nameEnd)));
    }

    private int nameEnd(String line) throws ClamdConfException {
        for (int i = 0; i < line.length(); i++) {
            if (isBlank(line.charAt(i))) {
                return i;
            }
        }
        String name = line.strip();
        throw refused(
                name.contains("=")
                        ? Values.shown(name) + " has no value; write a blank instead of ="
                        : Values.shown(name) + " has no value");
    }

    /**
     * Returns the value after a name, without surrounding blanks; of a quoted value, the text
     * between the first and the last double quote.
     */
    private String value(String name, String rest) throws ClamdConfException {
        int start = blanks(rest, 0);
        int end = rest.length();
        while (end > start && (isBlank(rest.charAt(end - 1)) || rest.charAt(end - 1) == '\n')) {
            end--;
        }
        String value = rest.substring(start, end);
        if (value.isEmpty()) {
            throw refused(name + " has no value");
        }
        if (!value.startsWith("\"")) {
            return value;
        }
        int closing = value.lastIndexOf('"');
        if (closing <= 1) {
            throw refused(name + (closing == 0 ? " has no closing quote" : " has an empty value"));
        }
        return value.substring(1, closing);
    }

    private void take(String name, String value) throws ClamdConfException {
        if (value.indexOf('\r') >= 0) {
            throw refused("the line ends with CR LF; save the file with Unix line endings");
        }
        Optional<Option> known = Option.named(name);
        if (known.isEmpty()) {
            Optional<Option> meant = Option.resembling(name);
            if (meant.isPresent()) {
                throw refused(
                        "unknown option " + name + "; it is written " + meant.get().optionName());
            }
            if (!name.matches("[A-Za-z0-9]+")) {
                throw refused("unknown option " + Values.shown(name));
            }
            return; // other names depend on clamd's version
        }
        Option option = known.get();
        if (option.kind() == Option.Kind.TEXT) {
            takeText(option, value);
        } else {
            takeWhole(option, value);
        }
    }

    private void takeWhole(Option option, String value) throws ClamdConfException {
        try {
            // clamd ignores a second occurrence, but it must still be valid
            wholes.putIfAbsent(option, Values.whole(option, value));
        } catch (Values.Refused e) {
            throw refused(option.optionName() + " " + e.getMessage());
        }
    }

    private void takeText(Option option, String value) {
        List<String> values = texts.computeIfAbsent(option, _ -> new ArrayList<>());
        if (values.isEmpty() || option.isList()) {
            values.add(
                    new String(
                            value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
    }

    /**
     * Returns the end of the blanks that begin at {@code from}; the last character never counts as
     * a blank.
     */
    private static int blanks(String text, int from) {
        int end = from;
        while (end < text.length() - 1 && isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private ClamdConfException refused(String problem) {
        return new ClamdConfException(file, lineNumber, problem);
    }
}
