package clamd.vproxy.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.regex.Pattern;

/** The text is no JSON from some character on. */
final class SyntaxFault extends IOException {
    private static final long serialVersionUID = 1;

    /** What the parser adds for programmers; where it words that otherwise, the text is longer. */
    private static final Pattern FOR_PROGRAMMERS =
            Pattern.compile(" \\(code [0-9]+\\)|: enable `.*| \\(for .*", Pattern.DOTALL);

    private final long offset;
    private final String explanation;

    /** The offset counts UTF-16 units from 0. */
    SyntaxFault(long offset, String explanation) {
        super(explanation);
        this.offset = offset;
        this.explanation = explanation;
    }

    /** Jackson's own words and place, and what to do as far as the characters there tell it. */
    static SyntaxFault of(JsonProcessingException failure, String text) {
        int offset = Math.clamp(failure.getLocation().getCharOffset(), 0, text.length());
        String words = FOR_PROGRAMMERS.matcher(failure.getOriginalMessage()).replaceAll("");
        String advice = "correct it here or just before";
        if (text.startsWith("/", offset) || text.startsWith("#", offset)) {
            words = "comments are not JSON";
            advice = "write \"comment\": \"...\" instead, every object may have one";
        } else if (text.substring(0, offset).stripTrailing().endsWith(",")) {
            advice = "the comma before it may be one too many";
        }
        return new SyntaxFault(offset, PrintableText.of(words) + "; " + advice);
    }

    long offset() {
        return offset;
    }

    String explanation() {
        return explanation;
    }
}
