package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** A policy file of any bytes. */
class PolicyFileFuzzTest {
    private static final String SOURCE = "policy.json";
    private static final long MEMORY_BYTES = 8 << 20;
    private static final long MEMORY_BYTES_PER_BYTE = 20_000;

    private static final GuestIdentity KNOWN =
            new GuestIdentity(
                    Optional.of("db-1"),
                    Optional.of(UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a03")),
                    OptionalLong.of(150),
                    Set.of("gold"));
    private static final List<GuestIdentity> GUESTS =
            List.of(
                    KNOWN,
                    new GuestIdentity(
                            Optional.empty(),
                            Optional.empty(),
                            OptionalLong.of(0xFFFF_FFFEL),
                            Set.of()));

    @FuzzTest(maxDuration = "10m")
    void anyBytesAreAPolicyOrProblemsThatNameTheirPlace(byte[] file) {
        Optional<PolicySet> policies =
                Allocation.atMost(
                        MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * file.length, () -> parse(file));
        if (policies.isPresent()) {
            SchemaAgreement.assertAccepted(new String(file, StandardCharsets.UTF_8));
            GUESTS.forEach(guest -> assertResolves(policies.get(), guest));
            assertEditable(file);
        }
    }

    private static Optional<PolicySet> parse(byte[] file) {
        try {
            return Optional.of(PolicyParser.parse(SOURCE, file, Limits.standard()));
        } catch (PolicyException refusal) {
            assertTellsWhere(refusal);
            return Optional.empty();
        }
    }

    private static void assertTellsWhere(PolicyException refusal) {
        assertThat(refusal.problems()).isNotEmpty();
        List<String> lines = String.valueOf(refusal.getMessage()).lines().toList();
        assertThat(lines).hasSameSizeAs(refusal.problems());
        for (String line : lines) {
            assertThat(line).matches("policy\\.json(:[1-9][0-9]*:[1-9][0-9]*)?: \\P{Cntrl}+");
        }
    }

    private static void assertResolves(PolicySet policies, GuestIdentity guest) {
        GuestPolicy policy = policies.resolve(guest);
        assertThat(policies.explain(guest).policy()).isEqualTo(policy);
        assertThat(policy.origin().label()).doesNotContainPattern("\\p{Cntrl}");
    }

    /** The editor finds its way in whatever the parser accepts. */
    private static void assertEditable(byte[] file) {
        PolicyEditor editor = new PolicyEditor(SOURCE, Limits.standard());
        try {
            PolicyEdit edit =
                    editor.set(
                            file,
                            KNOWN,
                            new LinkedHashMap<>(Map.of("maxConnections", "7", "deny", "false")));
            GuestPolicy now = edit.after().resolve(KNOWN);
            // a guest's own dry run stays one
            GuestPolicy edited =
                    now.origin().equals(edit.rule()) ? now : now.dryRun().orElseThrow();
            assertThat(edited.limits().maxConnections()).isEqualTo(7);
        } catch (PolicyException refusal) {
            assertTellsWhere(refusal);
        }
    }
}
