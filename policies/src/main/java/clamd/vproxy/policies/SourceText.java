package clamd.vproxy.policies;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The decoded text of a file, with the line and column of each character. Immutable. */
final class SourceText {
    private final String text;
    private final int[] lineStarts;

    private SourceText(String text) {
        this.text = text;
        this.lineStarts =
                IntStream.concat(
                                IntStream.of(0),
                                IntStream.range(0, text.length())
                                        .filter(i -> text.charAt(i) == '\n')
                                        .map(i -> i + 1))
                        .toArray();
    }

    /** Decodes UTF-8, or reports the first byte that is not valid UTF-8. */
    static Optional<SourceText> decode(byte[] utf8, Problems problems) {
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length);
        CoderResult result =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(in, out, true);
        SourceText decoded = new SourceText(out.flip().toString());
        if (result.isError()) {
            problems.add(
                    decoded.at(decoded.text.length()),
                    Pointer.ROOT,
                    "byte 0x%02x at offset %d is not valid UTF-8; save the file as UTF-8"
                            .formatted(utf8[in.position()], in.position()));
            return Optional.empty();
        }
        return Optional.of(decoded);
    }

    String text() {
        return text;
    }

    /** Returns the span between two character offsets. */
    Span span(int start, int end) {
        int line = lineOf(start);
        return new Span(line, start - lineStarts[line - 1] + 1, start, end);
    }

    /**
     * Returns the empty span at a character offset; an offset outside the text is moved to its
     * nearest end.
     */
    Span at(long offset) {
        int inside = Math.clamp(offset, 0, text.length());
        return span(inside, inside);
    }

    private int lineOf(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
