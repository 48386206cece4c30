package clamd.vproxy.supervisor.packages;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limit;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the manual that picocli does not generate, as AsciiDoc. */
class ManualTest {
    private static String policyPage;

    @BeforeAll
    static void writePolicyPage() throws Exception {
        policyPage =
                BuildScript.filter(
                        Path.of("../policies/README.md"),
                        Path.of("src/main/manual/policy-page").toAbsolutePath().toString());
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void thePolicyPageHasTheLimit(Limit limit) {
        String meaning = limit.meaning().replace("]", "\\]");
        assertThat(policyPage)
                .contains("*pass:c[%s]*::\n  pass:c[%s]\n".formatted(limit.key(), meaning));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rules", "tenantFrom", "match", "deny", "uuid", "comment"})
    void thePolicyPageHasTheOtherKeys(String key) {
        assertThat(policyPage).contains("*pass:c[%s]* (".formatted(key));
    }

    @Test
    void theMainPageHasTheSectionsThatPicocliDoesNotKnow() throws Exception {
        assertThat(Files.readString(Path.of("src/main/manual/clamd-vproxy.adoc")))
                .contains("== Exit status", "== Signals", "== Files", "== Examples");
    }
}
