package clamd.vproxy.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in our words what is no JSON: the parser's own texts speak to programmers, of features to
 * enable.
 */
final class SyntaxMessages {
    private static final Pattern TOKEN =
            Pattern.compile("^(?:Unrecognized|Non-standard) token '(.*?)'", Pattern.DOTALL);

    private static final String NUMBER = "numeric value";

    private SyntaxMessages() {}

    /** The parser's failure, in our words. */
    static SyntaxFault fault(JsonProcessingException failure, String text) {
        String original = failure.getOriginalMessage();
        long offset = failure.getLocation().getCharOffset();
        Matcher token = TOKEN.matcher(original);
        if (token.find()) {
            return ofToken(token.group(1), original, offset);
        }
        if (original.startsWith("Illegal character")) {
            offset--; // the parser is already past it
        }
        if (original.contains(NUMBER)) {
            offset = startOfNumber(text, offset);
        }
        char character = offset < text.length() ? text.charAt(Math.toIntExact(offset)) : ' ';
        return new SyntaxFault(offset, message(original, character));
    }

    /**
     * A word that is none of the three literals; of those with a name of their own the parser gives
     * the end.
     */
    private static SyntaxFault ofToken(String word, String original, long offset) {
        return new SyntaxFault(
                original.startsWith("Non-standard") ? offset - word.length() : offset,
                Wording.quote(word)
                        + " without quotes is not JSON; a value is a \"string\", a number, true or false,"
                        + " an object {} or an array []");
    }

    private static String message(String original, char character) {
        String it = "'" + PrintableText.of(Character.toString(character)) + "'";
        if (original.contains("comment") || character == '#') {
            return "comments are not JSON; write \"comment\": \"...\" instead, every object may have one";
        }
        if (original.contains("double-quote to start field name")) {
            return character == '}'
                    ? "a comma before } is one too many"
                    : "unexpected " + it + "; a key in double quotes is expected here";
        }
        if (original.contains("expected a valid value")) {
            return character == ']' || character == '}'
                    ? "unexpected "
                            + it
                            + "; the value before it is missing, or a comma is one too many"
                    : "unexpected " + it + "; a value is expected here";
        }
        if (original.contains("expecting comma")) {
            return "unexpected " + it + "; a comma is missing before it";
        }
        if (original.contains("expecting a colon")) {
            return "unexpected " + it + "; a colon is missing before it";
        }
        return ofSmallerParts(original, it);
    }

    private static String ofSmallerParts(String original, String it) {
        if (original.contains("CTRL-CHAR")) {
            return "a control character or line end stands here; remove it, or write it as \\n, \\t or \\u";
        }
        if (original.startsWith("Unexpected close marker")) {
            return it + " closes what another kind of bracket opened";
        }
        if (original.contains("surrogate")) {
            return "the \\u escapes are half of a character; a surrogate needs its partner";
        }
        if (original.contains("escape")) {
            return it
                    + " is not part of an escape; JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with 4 hex digits";
        }
        if (original.contains(NUMBER)) {
            return "not a JSON number; write digits only, without a leading zero or plus sign";
        }
        return "not valid JSON here";
    }

    private static long startOfNumber(String text, long offset) {
        int start = Math.toIntExact(offset);
        while (start > 0 && "+-.0123456789eE".indexOf(text.charAt(start - 1)) >= 0) {
            start--;
        }
        return start;
    }
}
