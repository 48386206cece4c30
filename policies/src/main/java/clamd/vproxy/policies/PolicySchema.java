package clamd.vproxy.policies;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The JSON Schema of the policy file, for editors and other tools. Stateless. */
public final class PolicySchema {
    private static final String RESOURCE = "policy.schema.json";

    private PolicySchema() {}

    /** Returns the whole schema, a JSON document of draft 2020-12. */
    public static String text() {
        try (InputStream in = PolicySchema.class.getResourceAsStream(RESOURCE)) {
            return new String(
                    Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException("a part of ours cannot be read", impossible);
        }
    }
}
