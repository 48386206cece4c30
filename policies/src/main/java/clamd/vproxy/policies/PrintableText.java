package clamd.vproxy.policies;

/**
 * Makes text from outside safe for one line of a log or a terminal. Letters and blanks of every
 * script stay. Controls, line separators, marks that change the direction of text and unpaired
 * surrogates become escapes such as {@code \u001b}. Pure functions.
 */
public final class PrintableText {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private PrintableText() {}

    /** Returns the text with escapes for all characters that break a line or control a terminal. */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return escaped(text);
            }
        }
        return text;
    }

    /**
     * Returns the text with escapes, cut to its first {@code most} characters and an ellipsis if
     * longer.
     */
    public static String of(String text, int most) {
        return text.length() <= most ? of(text) : of(text.substring(0, most)) + "…";
    }

    /**
     * Returns the text in ASCII, with escapes for all other characters and for backslashes, so that
     * different texts never look alike.
     */
    static String ascii(String text) {
        StringBuilder ascii = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == '\\') {
                ascii.append("\\\\");
            } else if (unit >= ' ' && unit <= '~') {
                ascii.append(unit);
            } else {
                ascii.append("\\u%04x".formatted((int) unit));
            }
        }
        return ascii.toString();
    }

    /** Returns the text, in ASCII if it has characters that are invisible or look like others. */
    public static String unmistakable(String text) {
        return LookAlikes.isOdd(text) ? ascii(text) : of(text);
    }

    /** Whether a character ends a line, controls a terminal or is half of a surrogate pair. */
    public static boolean breaksLine(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            default -> false;
        };
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 5);
        text.codePoints()
                .forEach(point -> {
                    if (isPrintable(point)) {
                        escaped.appendCodePoint(point);
                    } else {
                        for (char half : Character.toChars(point)) {
                            escaped.append("\\u%04x".formatted((int) half));
                        }
                    }
                });
        return escaped.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            // some scripts cannot be written without the joiners
            case Character.FORMAT ->
                    codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER;
            case Character.UNASSIGNED -> false;
            default -> !breaksLine(codePoint);
        };
    }
}
