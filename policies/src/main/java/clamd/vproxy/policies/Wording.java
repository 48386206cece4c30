package clamd.vproxy.policies;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Helps to write messages: quotes what the file says, and suggests what was probably meant. */
public final class Wording {
    private static final int LONGEST_QUOTE = 60;
    private static final int FARTHEST_GUESS = 2;
    private static final int MOST_CANDIDATES = 100;

    private Wording() {}

    /**
     * Returns the text in double quotes, shortened, with escapes for all that could break a log
     * line.
     */
    static String quote(String text) {
        return "\"" + PrintableText.of(text, LONGEST_QUOTE) + "\"";
    }

    /**
     * Returns the whole text in double quotes, in ASCII if it has characters that look like others.
     */
    static String reveal(String text) {
        return "\"" + PrintableText.unmistakable(text) + "\"";
    }

    /** Returns the text, shortened if it is long. */
    static String shorten(String text) {
        return text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text;
    }

    /**
     * Returns {@code ; did you mean "x"?} with the nearest candidate, or nothing if none is near or
     * there are too many.
     */
    public static String guess(String written, Collection<String> candidates) {
        record Near(String candidate, int distance) {}
        if (candidates.size()
                > MOST_CANDIDATES) { // with many mistakes in a long file this would take minutes
            return "";
        }
        Optional<Near> nearest =
                candidates.stream()
                        .filter(candidate ->
                                Math.abs(candidate.length() - written.length()) <= FARTHEST_GUESS)
                        .map(candidate -> new Near(candidate, distance(written, candidate)))
                        .filter(near -> near.distance() <= FARTHEST_GUESS)
                        .min(Comparator.comparingInt(Near::distance));
        return nearest.map(near -> "; did you mean " + quote(near.candidate()) + "?").orElse("");
    }

    /**
     * Returns how many characters must be added, removed or replaced to turn one text into the
     * other (Levenshtein).
     */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
