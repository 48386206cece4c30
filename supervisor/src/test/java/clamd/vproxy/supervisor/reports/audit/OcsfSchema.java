package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Holds lines of the audit file against what OCSF says of their classes. */
public final class OcsfSchema {
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text(), InputFormat.JSON);

    private OcsfSchema() {}

    private static String text() {
        try (InputStream in = OcsfSchema.class.getResourceAsStream("ocsf-1.5.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The event on this line, which is a valid one. */
    public static JsonNode valid(String line) throws IOException {
        assertThat(SCHEMA.validate(line, InputFormat.JSON)).as(line).isEmpty();
        return new ObjectMapper().readTree(line);
    }

    /** Whether the event on this line is a valid one. */
    static boolean isValid(String line) {
        return SCHEMA.validate(line, InputFormat.JSON).isEmpty();
    }
}
