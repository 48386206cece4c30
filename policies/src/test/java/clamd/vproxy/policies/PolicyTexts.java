package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Policy files as tests write them: with ' for ", and without what every file has. */
final class PolicyTexts {
    private PolicyTexts() {}

    static PolicySet parse(String text) {
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
        return catchThrowableOfType(
                PolicyException.class,
                () -> PolicyParser.parse("policy.json", bytes(text), Limits.standard()));
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
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static GuestIdentity guest(String name) {
        return new GuestIdentity(
                Optional.of(name), Optional.empty(), OptionalLong.empty(), Set.of());
    }
}
