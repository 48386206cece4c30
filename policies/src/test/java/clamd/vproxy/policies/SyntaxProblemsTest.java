package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntaxProblemsTest {
    private static void assertFault(String text, int line, int column, String message) {
        assertThat(PolicyTexts.problems(text))
                .containsExactly(new Problem(line, column, "", message));
    }

    @Test
    void anEmptyFilesProblemShowsTheSmallestFile() {
        String message = "the file is empty; the smallest policy file is {\"version\": 1}";
        assertFault("", 0, 0, message);
        assertFault(" \n", 0, 0, message);
        assertThat(PolicyTexts.rejection("")).hasMessage("policy.json: " + message);
    }

    @Test
    void commentsAreNotJson() {
        String message =
                "comments are not JSON; write \"comment\": \"...\" instead, every object may have one";
        assertFault("// mine\n{}", 1, 1, message);
        assertFault("{\n /* mine */}", 2, 2, message);
        assertFault("{'version': 1 # mine\n}", 1, 15, message);
    }

    @Test
    void aCommaBeforeAClosingBracketIsOneTooMany() {
        assertFault(
                "{'version': 1,\n}",
                2,
                1,
                "Unexpected character ('}'): was expecting double-quote to start field name; the comma before it may be one too many");
        assertFault(
                "{'rules': [1,\n  ]}",
                2,
                3,
                "Unexpected character (']'): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false'); the comma before it may be one too many");
    }

    @Test
    void missingPartsAreNamed() {
        assertFault(
                "{'a': 1\n'b': 2}",
                2,
                1,
                "Unexpected character ('\"'): was expecting comma to separate Object entries; correct it here or just before");
        assertFault(
                "{'a'\n1}",
                2,
                1,
                "Unexpected character ('1'): was expecting a colon to separate field name and value; correct it here or just before");
        assertFault(
                "{'a': ,}",
                1,
                7,
                "Unexpected character (','): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false'); correct it here or just before");
        assertFault(
                "{a: 1}",
                1,
                2,
                "Unexpected character ('a'): was expecting double-quote to start field name; correct it here or just before");
    }

    @Test
    void wordsThatOnlyLookLikeValuesAreNone() {
        assertFault(
                "{'version':\n NaN}",
                2,
                5,
                "Non-standard token 'NaN'; correct it here or just before");
        assertFault(
                "{'version':\n True}",
                2,
                2,
                "Unrecognized token 'True': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false'); correct it here or just before");
    }

    @Test
    void numbersThatJsonDoesNotKnowAreNone() {
        assertFault(
                "{'a': 01}",
                1,
                8,
                "Invalid numeric value: Leading zeroes not allowed; correct it here or just before");
        assertFault(
                "{'a': +1}",
                1,
                8,
                "Unexpected character ('+') in numeric value: JSON spec does not allow numbers to have plus signs; correct it here or just before");
        assertFault(
                "{'a': 1.}",
                1,
                8,
                "Unexpected character ('}') in numeric value: Decimal point not followed by a digit; correct it here or just before");
        assertFault(
                "{'a': -}",
                1,
                8,
                "Unexpected character ('}') in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value; correct it here or just before");
    }

    @Test
    void nothingFollowsTheValue() {
        assertFault("{'version': 1}\n {}", 2, 2, "text after the end of the JSON value");
        assertFault("{'version': 1}}", 1, 15, "text after the end of the JSON value");
        assertFault("{'version': 1} x", 1, 16, "text after the end of the JSON value");
    }

    @Test
    void anEarlyEndNamesWhatIsStillOpen() {
        assertFault(
                "{'version':\n 1", 2, 3, "the file ends too early; the { in line 1 is not closed");
        assertFault(
                "{\n'rules': [{},",
                2,
                14,
                "the file ends too early; the [ in line 2 is not closed");
        assertFault(
                "{'comment': 'a", 1, 15, "the file ends too early; the { in line 1 is not closed");
    }

    @Test
    void bracketsMustFit() {
        assertFault(
                "{'rules': [\n}",
                2,
                1,
                "Unexpected close marker '}': expected ']'; correct it here or just before");
    }

    @Test
    void stringsHaveKnownEscapesAndNoControlCharacters() {
        assertFault(
                "{'a': '\\x'}",
                1,
                9,
                "Unrecognized character escape 'x'; correct it here or just before");
        assertFault(
                "{'a': 'b\nc'}",
                1,
                9,
                "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value; correct it here or just before");
        assertFault(
                "{'a': \u0001 1}",
                1,
                8,
                "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens; correct it here or just before");
    }

    @Test
    void bytesThatAreNotUtf8AreFound() {
        byte[] latin1 =
                "{\"version\": 1,\n \"comment\": \"caf\u00e9\"}"
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(problemsOf(latin1))
                .containsExactly(
                        new Problem(
                                2,
                                17,
                                "",
                                "byte 0xe9 at offset 31 is not valid UTF-8; save the file as UTF-8"));
    }

    @Test
    void aTruncatedCharacterIsNotUtf8() {
        assertThat(problemsOf(new byte[] {'{', (byte) 0xc3}))
                .extracting(Problem::message)
                .containsExactly(
                        "byte 0xc3 at offset 1 is not valid UTF-8; save the file as UTF-8");
    }

    @Test
    void aByteOrderMarkIsNamed() {
        assertFault(
                "\ufeff{}",
                1,
                1,
                "starts with a byte order mark; save the file as UTF-8 without one");
    }

    @Test
    void deepNestingEndsTheReading() {
        assertFault("[".repeat(17), 1, 17, "nested deeper than 16 levels");
        assertFault("[".repeat(100_000), 1, 17, "nested deeper than 16 levels");
    }

    @Test
    void keysHaveABoundedLength() {
        assertThat(PolicyTexts.problems("{'" + "k".repeat(257) + "': 1}"))
                .singleElement()
                .returns(1, Problem::line)
                .returns("a key is longer than 256 characters", Problem::message);
    }

    @Test
    void aFileHasAtMostOneMebibyte() {
        String start = "{'version': 1}";
        PolicyTexts.parse(start + " ".repeat(PolicyParser.LARGEST_FILE - start.length()));
        assertFault(
                start + " ".repeat(PolicyParser.LARGEST_FILE - start.length() + 1),
                0,
                0,
                "the file has more than 1048576 bytes; split off or merge rules");
    }

    @Test
    void duplicatesAreReportedTogetherWithAFaultBehindThem() {
        assertThat(PolicyTexts.rejection("{'version': 1,\n'version': 1,\n}"))
                .hasMessage(
                        """
                        policy.json:2:1: /version: "version" is a duplicate; it is first in line 1
                        policy.json:3:1: Unexpected character ('}'): was expecting double-quote to start field name; the comma before it may be one too many\
                        """);
    }

    private static List<Problem> problemsOf(byte[] content) {
        return catchThrowableOfType(
                        PolicyException.class,
                        () -> PolicyParser.parse("policy.json", content, Limits.standard()))
                .problems();
    }
}
