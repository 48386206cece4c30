package clamd.vproxy.supervisor.base.text;

/**
 * Texts from outside as values in log lines, where they must end neither their quotes nor the line.
 * Each session's line has some, and hardly one has anything to be replaced. Static functions only.
 */
public final class PrintableText {
    private static final char FIRST_VISIBLE = '!';
    private static final char LAST_VISIBLE = '~';

    private PrintableText() {}

    /** Printable ASCII; what is none becomes a question mark, and a double quote a single one. */
    public static String oneLine(String text) {
        return of(text, ' ');
    }

    /** The same without blanks. */
    public static String oneWord(String text) {
        return of(text, FIRST_VISIBLE);
    }

    private static String of(String text, char first) {
        for (int i = 0; i < text.length(); i++) {
            if (!isHarmless(text.charAt(i), first)) {
                return replaced(text, first);
            }
        }
        return text;
    }

    private static String replaced(String text, char first) {
        StringBuilder replaced = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point == '"' ? '\'' : point)
                .forEach(point ->
                        replaced.append(
                                point >= first && point <= LAST_VISIBLE ? (char) point : '?'));
        return replaced.toString();
    }

    private static boolean isHarmless(char character, char first) {
        return character >= first && character <= LAST_VISIBLE && character != '"';
    }
}
