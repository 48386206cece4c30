package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;

/** What the tests of {@link PolicyEditor} share. */
abstract class PolicyEditorFixture {
    static final String UUID_TEXT = "5a1c0000-0000-4000-8000-00000000000f";

    static final GuestIdentity DB =
            new GuestIdentity(
                    Optional.of("db-1"),
                    Optional.of(UUID.fromString(UUID_TEXT)),
                    OptionalLong.of(7),
                    Set.of());

    static final PolicyEditor EDITOR = new PolicyEditor("policy.json", Limits.standard());

    static PolicyEdit set(String file, GuestIdentity guest, String... settings)
            throws PolicyException {
        SequencedMap<String, String> map = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            map.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return EDITOR.set(PolicyTexts.bytes(file), guest, map);
    }

    static void assertNotSet(String file, String message, String... settings) {
        assertThat(catchThrowableOfType(PolicyException.class, () -> set(file, DB, settings)))
                .hasMessage(message);
    }
}
