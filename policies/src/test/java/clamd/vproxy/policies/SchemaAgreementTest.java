package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.SchemaAgreement.BeyondTheSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The schema and the parser accept the same files, as the networknt validator understands the
 * schema. {@link PolicyTexts} holds every other example of the tests against it.
 */
class SchemaAgreementTest {
    private static final List<String> KEYS =
            Stream.of(Keys.TOP, Keys.RULE, Keys.IN_MATCH, Set.of("wieght", "", "a b", "gold"))
                    .flatMap(Set::stream)
                    .sorted()
                    .map(JsonDocument::quote)
                    .toList();

    private static final List<String> VALUES =
            """
            0 1 2 3 -1 -0 1.0 1e0 1.5 10000 10001 4294967294 4294967295 1099511627776 1099511627777 123456789012345678901
            true false null {} [] [{}] [[]] ["PING"] ["PING","PING"] ["SCAN"] [1] ["ping"] {"comment":"x"} {"comment":1}
            {"name":"*"} {"uuid":"x"} {"cid":3} {"cid":3.0} {"cid":"2-9"} {"cid":"9-3"} {"cid":"03"} {"name":"*","cid":true} {"weight":2}
            {"gold":{}} {"a/b":{}} {"comment":{}} [{"match":{"name":"*"}}] [{"match":{"name":"*"},"deny":true,"weight":1}]
            "" "0" "1" "x" "*" "a\\u0001" "a\\n" "\\u0085" "class-1" "gold" "deny" "defaults" "INSTREAM" "100-199" "199-100" "9-3" "1-5" "-"
            "0B" "1B" "01B" "1TiB" "2TiB" "1MB" "1.5MiB" "4294967295B" "4GiB" "1MiB\\n" "99999999999999999999TiB"
            "0s" "1ms" "1s" "24h" "25h" "86400s" "86401s" "1d" "00s" "1m30s" "5a1c0000-0000-4000-8000-00000000000F"
            """
                    .lines()
                    .flatMap(line -> Stream.of(line.split(" ")))
                    .toList();

    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false");

    static List<Path> examples() throws IOException {
        try (Stream<Path> files =
                Files.list(Path.of("src/main/resources/clamd/vproxy/policies/examples"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyShippedExampleIsValid(Path example) throws IOException {
        SchemaAgreement.assertAccepted(Files.readString(example));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    DUPLICATE_KEY         | 'version': 1
                    UNKNOWN_CLASS         | 'rules': [{'match': {'cid': 9}, 'class': 'gold'}]
                    TEXT_OUT_OF_RANGE     | 'defaults': {'maxStreamSize': '2TiB', 'readTimeout': '25h'}
                    CID_TEXT_OUT_OF_RANGE | 'rules': [{'match': {'cid': '2-9'}}]
                    EMPTY_CID_RANGE       | 'rules': [{'match': {'cid': '9-3'}}]
                    NUMBER_NOTATION       | 'defaults': {'weight': 1.0, 'maxChunkSize': 1e0}
                    NUMBER_NOTATION       | 'rules': [{'match': {'cid': 3.0}}]
                    """)
    void thisIsBeyondTheSchema(BeyondTheSchema kind, String secondLine) {
        String json = PolicyTexts.file(secondLine).replace('\'', '"');
        assertThat(SchemaAgreement.assertRefused(json, PolicyTexts.problems(json)))
                .containsExactly(kind);
    }

    @Test
    void inGeneratedFilesNothingElseIs() {
        Set<BeyondTheSchema> met = EnumSet.noneOf(BeyondTheSchema.class);
        int accepted = 0;
        int refused = 0;
        Set<BeyondTheSchema> wanted = EnumSet.complementOf(EnumSet.of(BeyondTheSchema.FILE_SIZE));
        for (long seed = 1; seed <= 8000 || (seed <= 80_000 && !met.containsAll(wanted)); seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            String json = broken(PolicyModel.random(random).text(), random);
            try {
                PolicyParser.parse(
                        "policy.json", json.getBytes(StandardCharsets.UTF_8), Limits.standard());
                SchemaAgreement.assertAccepted(json);
                accepted++;
            } catch (PolicyException refusal) {
                met.addAll(SchemaAgreement.assertRefused(json, refusal.problems()));
                refused++;
            }
        }
        assertThat(accepted).isGreaterThan(400);
        assertThat(refused).isGreaterThan(1000);
        assertThat(met).isEqualTo(wanted);
    }

    /** The file with up to two keys or values replaced; sometimes what comes out is correct. */
    private static String broken(String json, RandomGenerator random) {
        String text = json;
        for (int i = random.nextInt(3); i > 0; i--) {
            List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
            MatchResult token = tokens.get(random.nextInt(tokens.size()));
            boolean key = text.startsWith(":", token.end());
            List<String> pool = key ? KEYS : VALUES;
            String replacement = pool.get(random.nextInt(pool.size()));
            text = text.substring(0, token.start()) + replacement + text.substring(token.end());
        }
        return text;
    }
}
