package clamd.vproxy.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.regex.Pattern;

/** Reports where a text stops being JSON. */
final class SyntaxFault extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Text that Jackson's parser adds for programmers; if a later version words it differently,
     * messages only get longer.
     */
    private static final Pattern FOR_PROGRAMMERS =
            Pattern.compile(" \\(code [0-9]+\\)|: enable `.*| \\(for .*", Pattern.DOTALL);

    private final long offset;
    private final String explanation;

    /** Creates a fault at an offset, which counts UTF-16 units from 0. */
    SyntaxFault(long offset, String explanation) {
        super(explanation);
        this.offset = offset;
        this.explanation = explanation;
    }

    /**
     * Creates a fault from Jackson's message and place, with what to do if the characters there
     * show it.
     */
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
