package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Scope;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        assertKeys(schema.at("/$defs/class"), Keys.IN_CLASS);
        assertKeys(schema.at("/$defs/tenantLimits"), Keys.TENANT_LIMITS);
        assertKeys(schema.at("/$defs/rule"), Keys.RULE);
        assertKeys(schema.at("/$defs/match"), Keys.IN_MATCH);
        assertThat(schema.at("/properties/classes/additionalProperties/$ref").asText())
                .isEqualTo("#/$defs/class");
        assertThat(schema.at("/properties/tenants/additionalProperties/$ref").asText())
                .isEqualTo("#/$defs/tenantLimits");
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
    @ValueSource(
            strings = {
                "",
                "/$defs/limits",
                "/$defs/class",
                "/$defs/tenantLimits",
                "/$defs/rule",
                "/$defs/match"
            })
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
    void theSchemaHasOfEachLimitWhatItsDeclarationSays(Limit limit) {
        assertThat(limits().get(limit.key())).isEqualTo(property(limit));
        String reference = "{\"$ref\":\"#/$defs/limits/properties/" + limit.key() + "\"}";
        assertThat(schema.at("/$defs/rule/properties").get(limit.key()).toString())
                .isEqualTo(reference);
        assertThat(schema.at("/$defs/class/properties").get(limit.key()).toString())
                .isEqualTo(reference);
        if (limit.isForTenants()) {
            JsonNode ofTenants = schema.at("/$defs/tenantLimits/properties").get(limit.key());
            assertThat(ofTenants)
                    .satisfiesAnyOf(
                            node -> assertThat(node.toString()).isEqualTo(reference),
                            node -> assertThat(node).isEqualTo(liftable(limit)));
        }
    }

    /** What a guest always has a number of, a tenant may have without limit. */
    private static JsonNode liftable(Limit limit) {
        ObjectNode property = (ObjectNode) property(limit);
        property.remove("default");
        property.remove("type");
        property.put("pattern", "^no limit$").putArray("type").add("integer").add("string");
        return property;
    }

    private static JsonNode property(Limit limit) {
        ObjectNode property = new ObjectMapper().createObjectNode();
        switch (limit.minimum()) {
            case Count _ when limit.canBeLifted() ->
                    property.put("pattern", "^no limit$")
                            .putArray("type")
                            .add("integer")
                            .add("string");
            case Count _ -> property.put("type", "integer");
            case Size _ when limit.canBeLifted() -> property.put("$ref", "#/$defs/sizeOrNoLimit");
            case Size _ -> property.put("$ref", "#/$defs/size");
            case Time least when least.magnitude() == 0 ->
                    property.put("$ref", "#/$defs/durationOrZero");
            case Time _ -> property.put("$ref", "#/$defs/duration");
            case Scope _ -> {
                ArrayNode words = property.put("type", "string").putArray("enum");
                VerdictScope.labels().forEach(words::add);
            }
            case Flag _ -> property.put("type", "boolean");
            case Allowed _ -> {
                property.put("type", "array").put("uniqueItems", true);
                commands(property.putObject("items").putArray("enum"), Command.values());
            }
        }
        if (limit.minimum() instanceof Count || limit.minimum() instanceof Size) {
            property.set("maximum", number(limit.maximum()));
        }
        if (limit.minimum() instanceof Count) {
            property.set("minimum", number(limit.minimum()));
        } else if (limit.minimum() instanceof Size least && least.bytes() > 0) {
            property.put("pattern", "^[1-9n]").set("minimum", number(least));
        }
        switch (limit.standard()) {
            case Count count -> property.set("default", number(count));
            case Flag flag -> property.put("default", flag.set());
            case Allowed allowed ->
                    commands(
                            property.putArray("default"),
                            allowed.commands().toArray(Command[]::new));
            case Size _, Time _, Scope _, NoLimit _ ->
                    property.put("default", limit.standard().toString());
        }
        return property.put("description", limit.meaning());
    }

    /** As Jackson reads it: an int where it is one. */
    private static JsonNode number(LimitValue.Bound bound) {
        long number = bound.magnitude();
        return number == (int) number ? new IntNode((int) number) : new LongNode(number);
    }

    private static void commands(ArrayNode array, Command... commands) {
        Stream.of(commands).map(Command::name).forEach(array::add);
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
        assertThat(rows).containsAll(Stream.of(Limit.values()).map(SchemaTest::limitRow).toList());
        Stream<String> others =
                Stream.of(
                                otherRows("top", schema),
                                otherRows("class", schema.at("/$defs/class")),
                                otherRows("tenant", schema.at("/$defs/tenantLimits")),
                                otherRows("rule", schema.at("/$defs/rule")),
                                otherRows("match", schema.at("/$defs/match")))
                        .flatMap(stream -> stream);
        List<String> expected = others.toList();
        assertThat(rows).containsAll(expected);
        // and the row of comment, two headings with a rule below each
        assertThat(rows).hasSize(Limit.values().length + expected.size() + 5);
    }

    private static String limitRow(Limit limit) {
        String unit =
                switch (limit.minimum()) {
                    case Count _ -> "number";
                    case Size _ -> "size";
                    case Time _ -> "duration";
                    case Flag _ -> "boolean";
                    case Scope _ -> "word";
                    case Allowed _ -> "list of names";
                };
        return "| `%s` | %s | %s | %s | %s | %s |"
                .formatted(
                        limit.key(),
                        unit,
                        limit.minimum() instanceof Time least && least.magnitude() > 0
                                ? "more than 0"
                                : cell(limit.minimum()),
                        cell(limit.standard()),
                        cell(limit.maximum()),
                        limit.meaning());
    }

    private static String cell(LimitValue value) {
        return value instanceof Allowed(Set<Command> commands)
                ? commands.isEmpty()
                        ? "none"
                        : String.join(", ", commands.stream().map(Command::name).toList())
                : value.toString();
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
