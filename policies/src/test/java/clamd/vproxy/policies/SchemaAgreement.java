package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Holds what the schema says of a file against what the parser says of it. */
final class SchemaAgreement {
    private static final Schema SCHEMA = schema();

    /** What the parser refuses and no schema can, or none that people could read. */
    enum BeyondTheSchema {
        FILE_SIZE("the file has more than .*"),
        /** All but the last are gone before a schema is asked. */
        DUPLICATE_KEY(".* is a duplicate; .*"),
        /** Refers from one part of the file to another. */
        UNKNOWN_CLASS("there is no class .*"),
        /** A pattern cannot count. */
        TEXT_OUT_OF_RANGE("\".*\" is out of range; .*"),
        CID_TEXT_OUT_OF_RANGE("\".*\" is not a guest's CID; .*"),
        EMPTY_CID_RANGE("\".*\" is an empty range; .*"),
        /** For a schema 1.0 and 1e0 are the integer 1. */
        NUMBER_NOTATION(
                "(version )?-?[0-9]+(\\.0+)?([eE]\\+?[0-9]+)? is not (a whole number|a CID|known here).*");

        private final Pattern message;

        BeyondTheSchema(String message) {
            this.message = Pattern.compile(message);
        }

        private boolean explains(Problem problem) {
            return message.matcher(problem.message()).matches();
        }
    }

    private SchemaAgreement() {}

    private static Schema schema() {
        try (InputStream in = SchemaAgreement.class.getResourceAsStream("policy.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(
                            new String(
                                    Objects.requireNonNull(in).readAllBytes(),
                                    StandardCharsets.UTF_8),
                            InputFormat.JSON);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static List<String> objections(String json) {
        return SCHEMA.validate(json, InputFormat.JSON).stream().map(Error::toString).toList();
    }

    /** The schema accepts a file that the parser accepts. */
    static void assertAccepted(String json) {
        assertThat(objections(json)).as(json).isEmpty();
    }

    /**
     * The schema refuses a file that the parser refuses, unless every problem is of a kind that it
     * cannot know. Texts that are not JSON are not its business.
     *
     * @return those kinds; none if the schema refuses the file
     */
    static Set<BeyondTheSchema> assertRefused(String json, List<Problem> problems) {
        Set<BeyondTheSchema> kinds = EnumSet.noneOf(BeyondTheSchema.class);
        if (!isJson(json) || !objections(json).isEmpty()) {
            return kinds;
        }
        List<Problem> duplicates =
                problems.stream().filter(BeyondTheSchema.DUPLICATE_KEY::explains).toList();
        for (Problem problem : problems) {
            EnumSet.allOf(BeyondTheSchema.class).stream()
                    .filter(kind -> kind.explains(problem))
                    .forEach(kinds::add);
            assertThat(EnumSet.allOf(BeyondTheSchema.class))
                    .as("the schema accepts, the parser does not: %s: %s", problem, json)
                    .anyMatch(kind -> kind.explains(problem) || isWithin(problem, duplicates));
        }
        return kinds;
    }

    /** Of two values with the same key the parser looks at the first, and a schema at the last. */
    private static boolean isWithin(Problem problem, List<Problem> duplicates) {
        return duplicates.stream()
                .anyMatch(duplicate ->
                        (problem.pointer() + "/").startsWith(duplicate.pointer() + "/"));
    }

    private static boolean isJson(String json) {
        Problems problems = new Problems();
        return SourceText.decode(json.getBytes(StandardCharsets.UTF_8), problems)
                .flatMap(source -> TreeReader.read(source, problems))
                .isPresent();
    }
}
