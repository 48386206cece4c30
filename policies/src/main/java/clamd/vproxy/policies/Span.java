package clamd.vproxy.policies;

/**
 * A stretch of the file, from the first character of a value to behind its last. Immutable.
 *
 * @param line of the first character, from 1
 * @param column of the first character, from 1, in UTF-16 units
 * @param start offset of the first character in UTF-16 units, from 0: with {@code end} what an
 *     editor needs to replace just this value
 * @param end offset behind the last character
 */
record Span(int line, int column, int start, int end) {

    /** From the beginning of this stretch to the end of a later one. */
    Span to(Span later) {
        return new Span(line, column, start, later.end);
    }
}
