package clamd.vproxy.policies;

/**
 * A problem in a policy file, with its place. Immutable.
 *
 * @param line from 1; 0 if it concerns the file as a whole (its size, its mode)
 * @param column from 1, counted in UTF-16 units as most editors do; 0 if it concerns the file as a
 *     whole
 * @param pointer the JSON pointer (RFC 6901) of the value; empty for the whole document
 * @param message what is wrong and what to write instead, on one line
 */
public record Problem(int line, int column, String pointer, String message) {

    /** Creates a problem of the file as a whole. */
    static Problem ofFile(String message) {
        return new Problem(0, 0, "", message);
    }

    /** Returns the problem on one line, in the form that editors and terminals make clickable. */
    String format(String sourceName) {
        String place = line == 0 ? sourceName : sourceName + ":" + line + ":" + column;
        return pointer.isEmpty()
                ? place + ": " + message
                : place + ": " + PrintableText.of(pointer) + ": " + message;
    }
}
