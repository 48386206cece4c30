package clamd.vproxy.policies;

/**
 * A part of the file, from the first character of a value to its last. Immutable.
 *
 * @param line the line of the first character, from 1
 * @param column the column of the first character, from 1, in UTF-16 units
 * @param start the offset of the first character in UTF-16 units, from 0; an editor needs it and
 *     {@code end} to replace just this value
 * @param end the offset after the last character
 */
record Span(int line, int column, int start, int end) {

    /** Returns the span from the start of this one to the end of a later one. */
    Span to(Span later) {
        return new Span(line, column, start, later.end);
    }
}
