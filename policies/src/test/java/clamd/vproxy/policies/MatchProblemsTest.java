package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatchProblemsTest {
    private static void assertProblem(
            String text, int line, int column, String pointer, String message) {
        assertThat(PolicyTexts.problems(text))
                .containsExactly(new Problem(line, column, pointer, message));
    }

    @Test
    void namePatternsCanFitSomeName() {
        assertProblem(
                PolicyTexts.rule("{'match': {'name': ''}}"),
                2,
                20,
                "/rules/0/match/name",
                "an empty name fits no guest; write a name, with * for any text and ? for one character");
        assertProblem(
                PolicyTexts.rule("{'match': {'name': 'a\\n*'}}"),
                2,
                20,
                "/rules/0/match/name",
                "\"a\\u000a*\" has a control character in it, which no guest's name has");
        for (String character : new String[] {"*", "\ud83d\ude00"}) {
            PolicyTexts.parse(
                    PolicyTexts.rule("{'match': {'name': '" + character.repeat(256) + "'}}"));
        }
        assertProblem(
                PolicyTexts.rule("{'match': {'name': '" + "*".repeat(257) + "'}}"),
                2,
                20,
                "/rules/0/match/name",
                "the name has 257 characters; at most 256 are allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5a1c",
                "5a1c0000-0000-0000-0000-00000000000",
                "5a1c0000-0000-0000-0000-0000000000000",
                "5a1c0000000000000000000000000000",
                "5a1c0000-0000-0000-0000-00000000000g",
                " 5a1c0000-0000-0000-0000-000000000000"
            })
    void uuidsAreWrittenInFull(String uuid) {
        assertProblem(
                PolicyTexts.rule("{'match': {'uuid': '" + uuid + "'}}"),
                2,
                20,
                "/rules/0/match/uuid",
                "\""
                        + uuid
                        + "\" is not a UUID; write it as virsh domuuid prints it, 32 hexadecimal digits"
                        + " in groups of 8-4-4-4-12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2", "4294967295", "4294967296", "99999999999999999999"})
    void someCidsAreNeverGuests(String cid) {
        String message = " is not a guest's CID; guests have 3 to 4294967294";
        assertProblem(
                PolicyTexts.rule("{'match': {'cid': " + cid + "}}"),
                2,
                19,
                "/rules/0/match/cid",
                cid + message);
        assertProblem(
                PolicyTexts.rule("{'match': {'cid': '" + cid + "-100'}}"),
                2,
                19,
                "/rules/0/match/cid",
                "\"" + cid + "-100\"" + message);
        assertProblem(
                PolicyTexts.rule("{'match': {'cid': '100-" + cid + "'}}"),
                2,
                19,
                "/rules/0/match/cid",
                "\"100-" + cid + "\"" + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'100 - 199'",
                "'100-'",
                "'-100'",
                "'a'",
                "''",
                "'1-2-3'",
                "-100",
                "1.5",
                "1e3"
            })
    void cidsAreNumbersOrRanges(String cid) {
        assertProblem(
                PolicyTexts.rule("{'match': {'cid': " + cid + "}}"),
                2,
                19,
                "/rules/0/match/cid",
                cid.replace('\'', '"')
                        + " is not a CID; write a number or a range, e.g. \"100-199\"");
    }

    @Test
    void aRangeBeginsWithItsLowerEnd() {
        assertProblem(
                PolicyTexts.rule("{'match': {'cid': '199-100'}}"),
                2,
                19,
                "/rules/0/match/cid",
                "\"199-100\" is an empty range; the lower CID comes first");
    }

    @Test
    void anEmptyMetadataClassFitsNobody() {
        assertProblem(
                PolicyTexts.rule("{'match': {'metadataClass': ''}}"),
                2,
                29,
                "/rules/0/match/metadataClass",
                "an empty metadata class fits no guest; write its name");
    }
}
