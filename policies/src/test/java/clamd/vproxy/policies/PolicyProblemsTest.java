package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyProblemsTest {
    private static void assertProblem(
            String text, int line, int column, String pointer, String message) {
        assertThat(PolicyTexts.problems(text))
                .containsExactly(new Problem(line, column, pointer, message));
    }

    @Test
    void theMessageHasOneLinePerProblemInTheOrderOfTheFile() {
        assertThat(
                        PolicyTexts.rejection(
                                """
                                {
                                  'version': 1,
                                  'unmatched': 'refuse',
                                  'rules': [
                                    {'match': {'name': 'a'},
                                     'class': 'gold'},
                                    {'match': {'name': 'b'},
                                     'maxStreamSize': '100 Mib', 'wieght': 1}
                                  ]
                                }
                                """))
                .hasMessage(
                        """
                        policy.json:3:16: /unmatched: "refuse" is neither "defaults" nor "deny"
                        policy.json:6:15: /rules/0/class: there is no class "gold"
                        policy.json:8:23: /rules/1/maxStreamSize: "100 Mib" is not a size; write bytes or a \
                        number with KiB, MiB, GiB, TiB, e.g. "100MiB"
                        policy.json:8:34: /rules/1/wieght: unknown field "wieght"; did you mean "weight"?\
                        """);
    }

    @Test
    void theOutermostValueIsAnObject() {
        assertProblem("\n[]", 2, 1, "", "must be an object, not an array");
    }

    @Test
    void theVersionIsRequired() {
        assertProblem("\n {}", 2, 2, "", "version is missing; write \"version\": 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "-1", "1.0", "1e0", "99999999999999999999"})
    void noOtherVersionIsKnown(String version) {
        assertProblem(
                "{'version':\n " + version + "}",
                2,
                2,
                "/version",
                "version " + version + " is not known here; this is for version 1");
    }

    @Test
    void theVersionIsANumber() {
        assertProblem("{'version': '1'}", 1, 13, "/version", "must be the number 1, not a string");
    }

    @Test
    void aDuplicateNamesTheLineOfTheFirst() {
        assertProblem(
                PolicyTexts.file("'defaults': {'weight': 1,\n  'weight': 2}"),
                3,
                3,
                "/defaults/weight",
                "\"weight\" is a duplicate; it is first in line 2");
    }

    @Test
    void unknownFieldsAreFoundInEveryObject() {
        assertProblem(
                PolicyTexts.file("'default': {}"),
                2,
                1,
                "/default",
                "unknown field \"default\"; did you mean \"defaults\"?");
        assertProblem(
                PolicyTexts.file("'defaults': {'maxconections': 1}"),
                2,
                14,
                "/defaults/maxconections",
                "unknown field \"maxconections\"; did you mean \"maxConnections\"?");
        assertProblem(
                PolicyTexts.file("'classes': {'gold': {'speed': 1}}"),
                2,
                22,
                "/classes/gold/speed",
                "unknown field \"speed\"");
        assertProblem(
                PolicyTexts.rule("{'match': {'nane': 'a'}}"),
                2,
                12,
                "/rules/0/match/nane",
                "unknown field \"nane\"; did you mean \"name\"?");
        assertProblem(
                PolicyTexts.rule("{'match': {'name': 'a'}, 'unmatched': 'deny'}"),
                2,
                26,
                "/rules/0/unmatched",
                "unknown field \"unmatched\"");
    }

    @Test
    void pointersEscapeSlashesAndMessagesEscapeWhatWouldBreakALine() {
        PolicyException rejection =
                PolicyTexts.rejection(PolicyTexts.file("'a/b~\\n\\u001b\\u202e': 1"));
        assertThat(rejection.problems())
                .containsExactly(
                        new Problem(
                                2,
                                1,
                                "/a~1b~0\n\u001b\u202e",
                                "unknown field \"a/b~\\u000a\\u001b\\u202e\""));
        assertThat(rejection)
                .hasMessage(
                        "policy.json:2:1: /a~1b~0\\u000a\\u001b\\u202e: unknown field"
                                + " \"a/b~\\u000a\\u001b\\u202e\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "$schema": 1         | 12 | /$schema   | a string, not a number
                    "comment": null      | 12 | /comment   | a string, not null
                    "defaults": []       | 13 | /defaults  | an object, not an array
                    "classes": "gold"    | 12 | /classes   | an object, not a string
                    "classes": {"a": 1}  | 18 | /classes/a | an object, not a number
                    "rules": {}          | 10 | /rules     | an array, not an object
                    "rules": null        | 10 | /rules     | an array, not null
                    "rules": [true]      | 11 | /rules/0   | an object, not true
                    "unmatched": false   | 14 | /unmatched | a string, not false
                    "defaults": {"maxConnections": "1"}  | 32 | /defaults/maxConnections | a number, not a string
                    "defaults": {"maxStreamSize": true}  | 31 | /defaults/maxStreamSize  | a size, not true
                    "defaults": {"readTimeout": null}    | 29 | /defaults/readTimeout    | a duration, not null
                    "defaults": {"commands": "PING"}     | 26 | /defaults/commands       | an array, not a string
                    "defaults": {"commands": [1]}        | 27 | /defaults/commands/0     | a string, not a number
                    "defaults": {"comment": 1}           | 25 | /defaults/comment        | a string, not a number
                    "classes": {"comment": {}}           | 24 | /classes/comment         | a string, not an object
                    "rules": [{"match": "*"}]            | 21 | /rules/0/match           | an object, not a string
                    "rules": [{"match": {"name": 1}}]    | 30 | /rules/0/match/name      | a string, not a number
                    "rules": [{"match": {"uuid": 1}}]    | 30 | /rules/0/match/uuid      | a string, not a number
                    "rules": [{"match": {"cid": true}}]  | 29 | /rules/0/match/cid       | a CID or a range of them, not true
                    "rules": [{"match": {"metadataClass": []}}] | 39 | /rules/0/match/metadataClass | a string, not an array
                    "rules": [{"match": {"cid": 9, "comment": 1}}] | 43 | /rules/0/match/comment | a string, not a number
                    "rules": [{"match": {"cid": 9}, "class": 1}] | 42 | /rules/0/class | a string, not a number
                    "rules": [{"match": {"cid": 9}, "deny": "yes"}] | 41 | /rules/0/deny | true or false, not a string
                    """,
            quoteCharacter = '`')
    void everyValueHasItsType(String field, int column, String pointer, String message) {
        assertProblem(PolicyTexts.file(field), 2, column, pointer, "must be " + message);
    }

    @Test
    void classesAreDefinedBeforeTheyAreUsed() {
        assertProblem(
                "{'version': 1, 'classes': {'gold': {}}, 'rules': [\n{'match': {'cid': 9}, 'class': 'glod'}]}",
                2,
                32,
                "/rules/0/class",
                "there is no class \"glod\"; did you mean \"gold\"?");
    }

    @Test
    void aClassHasLimitsAndNothingElse() {
        assertProblem(
                PolicyTexts.file("'classes': {'a': {}, 'b': {'class': 'a'}}"),
                2,
                28,
                "/classes/b/class",
                "a class cannot refer to another class; write its limits here");
        assertProblem(
                PolicyTexts.file("'classes': {'b': {'deny': true}}"),
                2,
                19,
                "/classes/b/deny",
                "a class cannot deny; write \"deny\": true in the rule");
        assertProblem(
                PolicyTexts.file("'classes': {'b': {'match': {}}}"),
                2,
                19,
                "/classes/b/match",
                "a class matches nobody; write a rule that names the class");
    }

    @Test
    void classNamesFitIntoLogLines() {
        assertProblem(
                PolicyTexts.file("'classes': {'a b': {}}"),
                2,
                13,
                "/classes/a b",
                "\"a b\" cannot name a class; use 1 to 64 letters, digits, '.', '_' or '-'");
    }

    @Test
    void aRuleSaysWhichGuestsItConcerns() {
        assertProblem(
                PolicyTexts.rule("  {'deny': true}"),
                2,
                3,
                "/rules/0",
                "match is missing; it says which guests the rule concerns");
        String empty =
                "an empty match would concern every guest; if that is meant, write \"name\": \"*\"";
        assertProblem(PolicyTexts.rule("{'match': {}}"), 2, 11, "/rules/0/match", empty);
        assertProblem(
                PolicyTexts.rule("{'match': {'comment': 'all'}}"), 2, 11, "/rules/0/match", empty);
    }

    @Test
    void unmatchedGuestsGetTheDefaultsOrNothing() {
        assertProblem(
                PolicyTexts.file("'unmatched': 'allow'"),
                2,
                14,
                "/unmatched",
                "\"allow\" is neither \"defaults\" nor \"deny\"");
    }

    @Test
    void longValuesAreQuotedInPart() {
        assertProblem(
                PolicyTexts.file("'unmatched': '" + "x".repeat(10_000) + "'"),
                2,
                14,
                "/unmatched",
                "\"" + "x".repeat(60) + "…\" is neither \"defaults\" nor \"deny\"");
    }

    @Test
    void amongTooManyClassesNobodyGuesses() {
        String classes =
                IntStream.range(0, 101)
                        .mapToObj(i -> "'c" + i + "': {}")
                        .collect(Collectors.joining(","));
        assertProblem(
                "{'version': 1, 'classes': {"
                        + classes
                        + "}, 'rules': [\n{'class': 'c', 'match': {'cid': 9}}]}",
                2,
                11,
                "/rules/0/class",
                "there is no class \"c\"");
    }
}
