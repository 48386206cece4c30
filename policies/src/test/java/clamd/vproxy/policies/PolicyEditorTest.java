package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a rule is changed or added while the rest of the file stays, and edits that are refused. */
class PolicyEditorTest extends PolicyEditorFixture {
    private static void assertSet(String before, String after, String... settings)
            throws PolicyException {
        PolicyEdit edit = set(before, DB, settings);
        assertThat(edit.text()).isEqualTo(after.replace('\'', '"'));
        assertThat(edit.content()).isEqualTo(PolicyTexts.bytes(after));
    }

    private static void assertUnset(String before, String after, String... keys)
            throws PolicyException {
        assertThat(EDITOR.unset(PolicyTexts.bytes(before), DB, List.of(keys)).content())
                .isEqualTo(PolicyTexts.bytes(after));
    }

    private static void assertNotUnset(String file, String message, String... keys) {
        assertThat(
                        catchThrowableOfType(
                                PolicyException.class,
                                () -> EDITOR.unset(PolicyTexts.bytes(file), DB, List.of(keys))))
                .hasMessage(message);
    }

    @Test
    void theGuestsOwnRuleIsChangedAndAllTheRestStaysAsItIs() throws PolicyException {
        String file =
                """
                {   'version' : 1,
                \t'comment': 'caf\u00e9 \ud83d\ude00 \\u00e9',   'defaults': { },
                  'rules': [{'match' :{'name': 'x'}}  ,
                    { 'weight':2   , 'match': { 'uuid': '%s' } ,
                      'comment': 'noisy, ticket 4711' } ]  }

                """
                        .formatted(UUID_TEXT.toUpperCase(Locale.ROOT));
        assertSet(file, file.replace("'weight':2 ", "'weight':33 "), "weight=33");
        assertSet(file, file.replace(" 4711' }", " 4711' ,\n      'deny':false }"), "deny=false");
        assertUnset(file, file.replace(" 'weight':2   , 'match'", " 'match'"), "weight");
        assertUnset(file, file.replace(" ,\n      'comment': 'noisy, ticket 4711'", ""), "comment");
        assertUnset(
                file,
                file.replace("{ 'weight':2   , 'match'", "{ 'match'")
                        .replace(" ,\n      'comment': 'noisy, ticket 4711'", ""),
                "comment",
                "weight");
    }

    @Test
    void aRuleForTheGuestsVeryNameIsItsOwnToo() throws PolicyException {
        assertSet(
                PolicyTexts.rule("{'match': {'name': 'db-1'}}"),
                PolicyTexts.rule("{'match': {'name': 'db-1'}, 'weight': 2}"),
                "weight=2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    'name': 'db-*'
                    'name': 'db-?'
                    'cid': 7
                    'name': 'db-1', 'cid': 7
                    'uuid': '5a1c0000-0000-4000-8000-00000000000f', 'name': '*'
                    """)
    void anyOtherRuleIsLeftToTheOthersItMayConcern(String match) throws PolicyException {
        String rule = "{'match': {" + match + "}, 'comment': 'ours', 'weight': 2}";
        PolicyEdit edit = set(PolicyTexts.rule(rule), DB, "maxConnections=5");
        assertThat(edit.inserted()).isTrue();
        assertThat(edit.text())
                .isEqualTo(
                        PolicyTexts.rule(
                                        "{'match': {'uuid': '"
                                                + UUID_TEXT
                                                + "'}, 'weight': 2, 'maxConnections': 5},\n"
                                                + rule)
                                .replace('\'', '"'));
    }

    @Test
    void aNewRuleBeginsWithTheClassAndTheLimitsOfTheOneThatDecided() throws PolicyException {
        String before =
                """
                {
                  'version': 1,
                  'classes': {'gold': {'weight': 4}, 'silver': {'weight': 2}},
                  'rules': [
                    {
                      'match': {'name': 'web'},
                      'deny': true
                    },
                    {
                      'comment': 'all data bases',
                      'match': {'name': 'db-*'},
                      'class': 'gold',
                      'commands': [ 'PING',
                                    'INSTREAM' ],
                      'maxStreamSize': '1MiB'
                    },
                    {'match': {'name': '*'}}
                  ]
                }
                """;
        String inserted =
                """
                    {
                      'match': {'uuid': '%s'},
                      'class': 'silver',
                      'commands': [ 'PING',
                                    'INSTREAM' ],
                      'maxStreamSize': '2MiB',
                      'maxConnections': 5
                    },
                """
                        .formatted(UUID_TEXT);
        String decided = "    {\n      'comment': 'all data";
        assertSet(
                before,
                before.replace(decided, inserted + decided),
                "maxConnections=5",
                "maxStreamSize=2MiB",
                "class=silver");
        PolicyEdit edit = set(before, DB, "maxConnections=5");
        assertThat(edit.rule()).isEqualTo(new RuleOrigin.Rule(1, "policy.json", 9));
        assertThat(PolicyChange.between(edit.before(), edit.after(), List.of(DB)))
                .extracting(PolicyChange::line)
                .containsExactly("db-1: maxConnections 10 → 5 (rules[1]@policy.json:9)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            textBlock =
                    """
                    {'version': 1}|{'version': 1, 'rules': [NEW]}
                    {'version':1}|{'version':1,'rules':[NEW]}
                    { 'version': 1 }|{ 'version': 1, 'rules': [NEW] }
                    {'version': 1, 'rules': []}|{'version': 1, 'rules': [NEW]}
                    {'rules': [ ],  'version': 1}|{'rules': [NEW],  'version': 1}
                    {N  'version': 1N}N|{N  'version': 1,N  'rules': [N    NEWN  ]N}N
                    {N  'version': 1,N  'rules': [N  ],N  'comment': ''N}|{N  'version': 1,N  'rules': [N    NEWN  ],N  'comment': ''N}
                    {RNT'version': 1RN}|{RNT'version': 1,RNT'rules': [RNTTNEWRNT]RN}
                    {N'version': 1N}|{N'version': 1,N'rules': [NNEWN]N}
                    {'version': 1, 'rules': [OLD]}|{'version': 1, 'rules': [OLD, NEW]}
                    {'version': 1, 'rules': [OLD ,OLD]}|{'version': 1, 'rules': [OLD ,OLD ,NEW]}
                    {'version': 1, 'rules': [RNTTOLDRNT]}|{'version': 1, 'rules': [RNTTOLD,RNTTNEWRNT]}
                    {'version': 1, 'rules': [N  OLDN, OLDN]}|{'version': 1, 'rules': [N  OLDN, OLDN, NEWN]}
                    """)
    void aRuleForAnUnmatchedGuestComesLastInTheFilesOwnStyle(String before, String after)
            throws PolicyException {
        assertSet(spelled(before), spelled(after), "weight=2");
    }

    /** Line ends and tabs in place of the letters that stand for them. */
    private static String spelled(String text) {
        String rule = "{'match': {'uuid': '" + UUID_TEXT + "'}, 'weight': 2}";
        String spaced = text.contains("'version':1") ? rule.replace(" ", "") : rule;
        return text.replace("NEW", "\0")
                .replace("OLD", "\1")
                .replace('N', '\n')
                .replace('R', '\r')
                .replace('T', '\t')
                .replace("\0", spaced)
                .replace("\1", "{'match': {'name': 'other'}}");
    }

    @Test
    void aRuleIsSetApartFromTheNextOneAsThoseAreFromEachOther() throws PolicyException {
        String broad = "{'match': {'name': '*'}}";
        String own = "{'match': {'uuid': '" + UUID_TEXT + "'}, 'weight': 2}";
        String start = "{'version': 1, 'rules': [";
        assertSet(
                start + broad + ",\n  " + broad + "]}",
                start + own + ",\n  " + broad + ",\n  " + broad + "]}",
                "weight=2");
        assertSet(
                start + "\n\t" + broad + "\n]}",
                start + "\n\t" + own + ",\n\t" + broad + "\n]}",
                "weight=2");
    }

    @Test
    void aGuestWithoutUuidIsNamed() throws PolicyException {
        String name = "caf\u00e9 \ud83d\ude00 'x' \\";
        PolicyEdit edit = set("{'version': 1}", PolicyTexts.guest(name), "weight=2");
        assertThat(edit.text())
                .isEqualTo(
                        "{\"version\": 1, \"rules\": [{\"match\": {\"name\": \"caf\u00e9 \ud83d\ude00 'x' \\\\\"}, \"weight\": 2}]}");
        assertThat(edit.after().resolve(PolicyTexts.guest(name)).limits().weight()).isEqualTo(2);
    }

    @Test
    void whatNoRuleCanNameAloneIsRefused() {
        String message =
                "no rule can name %s alone: its UUID is not known, nor a name without * and ?";
        for (String name : new String[] {"db?", "*"}) {
            assertThat(
                            catchThrowableOfType(
                                    PolicyException.class,
                                    () ->
                                            set(
                                                    "{'version': 1}",
                                                    PolicyTexts.guest(name),
                                                    "weight=2")))
                    .hasMessage("policy.json: " + message, name);
        }
        GuestIdentity cidOnly =
                new GuestIdentity(Optional.empty(), Optional.empty(), OptionalLong.of(7), Set.of());
        assertThat(
                        catchThrowableOfType(
                                PolicyException.class,
                                () ->
                                        set(
                                                PolicyTexts.rule("{'match': {'cid': 7}}"),
                                                cidOnly,
                                                "weight=2")))
                .hasMessage("policy.json:2:1: /rules/0: " + message, "CID 7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    weight=3               | 'weight': 3
                    maxStreamSize=4096     | 'maxStreamSize': 4096
                    maxStreamSize=10MiB    | 'maxStreamSize': '10MiB'
                    readTimeout=500ms      | 'readTimeout': '500ms'
                    commands=              | 'commands': []
                    commands=PING          | 'commands': ['PING']
                    commands=PING, VERSION | 'commands': ['PING', 'VERSION']
                    comment=4711           | 'comment': '4711'
                    comment=true           | 'comment': 'true'
                    comment=a=b            | 'comment': 'a=b'
                    class=1                | 'class': '1'
                    dryRun=true            | 'dryRun': true
                    """)
    void valuesAreWrittenAsTheFileHasThem(String setting, String member) throws PolicyException {
        String file =
                "{'version': 1, 'classes': {'1': {}}, 'rules': [{'match': {'name': 'db-1'}}]}";
        assertSet(file, file.replace("'db-1'}", "'db-1'}, " + member), setting);
    }

    @Test
    void aCommentMayHaveAnyCharacters() throws PolicyException {
        PolicyEdit edit =
                set(
                        PolicyTexts.rule("{'match': {'name': 'db-1'}}"),
                        DB,
                        "comment=\"\\\n\u2028\u00e9");
        assertThat(edit.text()).endsWith(", \"comment\": \"\\\"\\\\\\u000a\u2028\u00e9\"}]}");
    }

    @Test
    void aWrongSettingIsReportedAsTheParserDoes() {
        String file = PolicyTexts.rule("{'match': {'name': 'db-1'}, 'weight': 1}");
        assertNotSet(
                file,
                "policy.json:2:39: /rules/0/weight: 1001 is out of range; weight is 1 to 1000",
                "weight=1001");
        assertNotSet(
                file,
                "policy.json:2:39: /rules/0/weight: must be a number, not a string",
                "weight=01");
        assertNotSet(
                file,
                """
                policy.json:2:42: /rules/0/wieght: unknown field "wieght"; did you mean "weight"?
                policy.json:2:70: /rules/0/readTimeout: 30 has no unit; write it with ms, s, m or h, e.g. "30s"\
                """,
                "wieght=2",
                "readTimeout=30");
        assertNotSet(
                file, "policy.json:2:51: /rules/0/class: there is no class \"gold\"", "class=gold");
        assertNotSet(
                PolicyTexts.rule("{'match': {'name': '*'}}"),
                "policy.json:2:69: /rules/0/deny: must be true or false, not a string",
                "deny=yes");
    }

    @Test
    void theMatchStays() {
        String file = PolicyTexts.rule("{'match': {'name': 'db-1'}}");
        assertNotSet(
                file,
                "policy.json:2:1: /rules/0: match cannot be set; edit the file to let a rule concern others",
                "match=x");
        assertNotUnset(
                file,
                "policy.json:2:1: /rules/0: match cannot be unset; remove the rule from the file instead",
                "match");
    }

    @Test
    void onlyWhatIsThereCanBeUnset() {
        assertNotUnset(
                PolicyTexts.rule("{'match': {'name': 'db-1'}, 'weight': 1}"),
                "policy.json:2:1: /rules/0: there is no \"wieght\" to unset; did you mean \"weight\"?",
                "wieght");
        assertNotUnset(
                PolicyTexts.rule("{'match': {'name': 'db-*'}, 'weight': 1}"),
                "policy.json:2:1: /rules/0: db-1 has no rule of its own that decides; set a key to make one",
                "weight");
        assertNotUnset(
                "{'version': 1}",
                "policy.json: db-1 has no rule of its own that decides; set a key to make one",
                "weight");
    }

    @Test
    void aFileThatIsWrongAlreadyIsNotEdited() {
        assertNotSet(
                PolicyTexts.rule("{'match': {'name': 'db-1'}, 'weight': 0}"),
                "policy.json:2:39: /rules/0/weight: 0 is out of range; weight is 1 to 1000",
                "weight=1");
        assertNotSet(
                "\ufeff{'version': 1}",
                "policy.json:1:1: starts with a byte order mark; save the file as UTF-8 without one",
                "weight=1");
    }
}
