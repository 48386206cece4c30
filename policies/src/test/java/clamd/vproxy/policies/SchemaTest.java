package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Size;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema, the README and the parser say the same. */
class SchemaTest {
    private final JsonNode schema = schema();

    private static JsonNode schema() {
        try (InputStream in = SchemaTest.class.getResourceAsStream("policy.schema.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private JsonNode limits() {
        return schema.at("/$defs/limits/properties");
    }

    @Test
    void theSchemaNamesTheKeysThatTheParserKnows() {
        assertThat(schema.at("/$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertKeys(schema, Keys.TOP);
        assertKeys(schema.at("/$defs/limits"), Keys.LIMITS);
        assertKeys(schema.at("/$defs/rule"), Keys.RULE);
        assertKeys(schema.at("/$defs/match"), Keys.IN_MATCH);
        assertThat(schema.at("/properties/classes/additionalProperties/$ref").asText())
                .isEqualTo("#/$defs/limits");
        assertThat(schema.at("/required").toString()).isEqualTo("[\"version\"]");
        assertThat(schema.at("/$defs/rule/required").toString()).isEqualTo("[\"match\"]");
    }

    private static void assertKeys(JsonNode object, Set<String> known) {
        assertThat(object.at("/properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(known);
        assertThat(object.at("/additionalProperties").toString()).isEqualTo("false");
    }

    @Test
    void theSchemaRefersOnlyToWhatItDefines() {
        assertThat(schema.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(ref ->
                        assertThat(schema.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/$defs/limits", "/$defs/rule", "/$defs/match"})
    void everyKeyIsDescribed(String object) {
        assertThat(schema.at(object + "/properties"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(description(key)).isNotBlank());
    }

    private String description(JsonNode key) {
        JsonNode own = key.at("/description");
        return own.isMissingNode()
                ? schema.at(key.at("/$ref").asText().substring(1)).at("/description").asText()
                : own.asText();
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void everyLimitIsDescribedWithItsDefaultAndItsBounds(Limit limit) {
        JsonNode property = limits().at("/" + limit.key());
        assertThat(property.at("/description").asText()).isNotBlank();
        String text =
                "{\"version\": 1, \"defaults\": {\"%s\": %s}}"
                        .formatted(limit.key(), property.at("/default"));
        LimitValue inSchema =
                limit.valueIn(PolicyTexts.parse(text).resolve(PolicyTexts.guest("a")).limits());
        assertThat(inSchema).isEqualTo(limit.valueIn(Limits.standard()));
        if (limit.minimum() instanceof Count || limit.minimum() instanceof Size) {
            assertThat(property.at("/maximum").asLong()).isEqualTo(limit.maximum().magnitude());
            assertThat(minimum(property)).isEqualTo(limit.minimum().magnitude());
        }
    }

    /** The property's own minimum, or the one of the size it refers to. */
    private long minimum(JsonNode property) {
        JsonNode own = property.at("/minimum");
        return (own.isMissingNode() ? schema.at("/$defs/size/minimum") : own)
                .asLong(Long.MIN_VALUE);
    }

    @Test
    void theSchemasWordsAreTheParsers() {
        assertThat(limits().at("/commands/items/enum").valueStream().map(JsonNode::asText))
                .containsExactlyElementsOf(Stream.of(Command.values()).map(Command::name).toList());
        assertThat(schema.at("/properties/version/const").asLong()).isEqualTo(PolicyBinder.VERSION);
        assertThat(schema.at("/$defs/match/properties/name/maxLength").asInt())
                .isEqualTo(Glob.MAX_LENGTH);
    }

    @Test
    void theReadmesTablesSayWhatTheSchemaSays() throws IOException {
        List<String> rows =
                Files.readAllLines(Path.of("README.md")).stream()
                        .filter(row -> row.startsWith("| "))
                        .toList();
        assertThat(rows).containsAll(Stream.of(Limit.values()).map(this::limitRow).toList());
        Stream<String> others =
                Stream.of(
                                otherRows("top", schema),
                                otherRows("rule", schema.at("/$defs/rule")),
                                otherRows("match", schema.at("/$defs/match")))
                        .flatMap(stream -> stream);
        List<String> expected = others.toList();
        assertThat(rows).containsAll(expected);
        // and the row of comment, two headings with a rule below each
        assertThat(rows).hasSize(Limit.values().length + expected.size() + 5);
    }

    private String limitRow(Limit limit) {
        JsonNode property = limits().at("/" + limit.key());
        String meaning = property.at("/description").asText();
        String bounds =
                switch (limit.minimum()) {
                    case Count minimum ->
                            cells(
                                    "number",
                                    minimum,
                                    property.at("/default").asText(),
                                    limit.maximum());
                    case Size minimum ->
                            cells(
                                    "size",
                                    minimum,
                                    property.at("/default").asText(),
                                    limit.maximum());
                    case LimitValue.Time _ ->
                            cells(
                                    "duration",
                                    "more than 0",
                                    property.at("/default").asText(),
                                    limit.maximum());
                    case LimitValue.Flag _ -> cells("boolean", "false", "true", "true");
                    case LimitValue.Allowed _ -> cells("list of names", "none", "all", "all");
                };
        return "| `" + limit.key() + "` | " + bounds + meaning + " |";
    }

    private static String cells(String unit, Object minimum, String standard, Object maximum) {
        return unit + " | " + minimum + " | " + standard + " | " + maximum + " | ";
    }

    private static Stream<String> otherRows(String where, JsonNode object) {
        return object.at("/properties")
                .propertyStream()
                .filter(entry -> !Keys.LIMITS.contains(entry.getKey()))
                .map(entry ->
                        "| "
                                + where
                                + " | `"
                                + entry.getKey()
                                + "` | "
                                + entry.getValue().at("/description").asText()
                                + " |");
    }
}
