package clamd.vproxy.policies;

/**
 * Makes text from outside fit for one line of a log or a terminal. Letters and blanks of every
 * script stay; controls, line separators, marks that turn the direction of text and unpaired
 * surrogates become escapes such as {@code \u001b}. Pure functions.
 */
public final class PrintableText {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private PrintableText() {}

    /** The text with escapes for all that breaks a line or a terminal. */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return escaped(text);
            }
        }
        return text;
    }

    /** The text, or its first {@code most} characters and an ellipsis, with escapes. */
    public static String of(String text, int most) {
        return text.length() <= most ? of(text) : of(text.substring(0, most)) + "…";
    }

    /**
     * The text in ASCII, with escapes for all else and for backslashes: two texts never look alike.
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

    /** The text, in ASCII if it has characters that are invisible or pass for others. */
    public static String unmistakable(String text) {
        return LookAlikes.isOdd(text) ? ascii(text) : of(text);
    }

    /** Whether a character ends a line, controls a terminal or is half of one. */
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
