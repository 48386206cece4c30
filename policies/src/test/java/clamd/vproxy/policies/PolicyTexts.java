package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Policy files as tests write them: with ' for ", and without what every file has. The schema has
 * to say of each of them what the parser says.
 */
final class PolicyTexts {
    private PolicyTexts() {}

    static PolicySet parse(String text) {
        SchemaAgreement.assertAccepted(json(text));
        try {
            return PolicyParser.parse("policy.json", bytes(text), Limits.standard());
        } catch (PolicyException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    static List<Problem> problems(String text) {
        return rejection(text).problems();
    }

    static PolicyException rejection(String text) {
        PolicyException rejection =
                catchThrowableOfType(
                        PolicyException.class,
                        () -> PolicyParser.parse("policy.json", bytes(text), Limits.standard()));
        SchemaAgreement.assertRefused(json(text), rejection.problems());
        return rejection;
    }

    /** A file whose second line is the given text. */
    static String file(String secondLine) {
        return "{'version': 1,\n" + secondLine + "}";
    }

    /** A file whose second line is a rule. */
    static String rule(String rule) {
        return "{'version': 1, 'rules': [\n" + rule + "]}";
    }

    static byte[] bytes(String text) {
        return json(text).getBytes(StandardCharsets.UTF_8);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    static GuestIdentity guest(String name) {
        return new GuestIdentity(
                Optional.of(name), Optional.empty(), OptionalLong.empty(), Set.of());
    }
}
