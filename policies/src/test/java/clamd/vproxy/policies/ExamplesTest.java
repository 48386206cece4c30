package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
    private static PolicySet load(String name) throws IOException, PolicyException {
        try (InputStream in = ExamplesTest.class.getResourceAsStream("examples/" + name)) {
            return PolicyParser.parse(
                    name, Objects.requireNonNull(in).readAllBytes(), Limits.standard());
        }
    }

    @Test
    void aSingleTenantsGuestsAreAllAlike() throws IOException, PolicyException {
        GuestPolicy policy = load("single-tenant.json").resolve(PolicyTexts.guest("any"));
        assertThat(policy.denied()).isFalse();
        assertThat(policy.limits().maxStreamBytes()).isEqualTo(500L << 20);
    }

    @Test
    void tenantsGetTheirClassAndSingleGuestsTheirOwnRule() throws IOException, PolicyException {
        PolicySet policies = load("multi-tenant.json");
        GuestIdentity gold =
                new GuestIdentity(
                        Optional.of("mx"), Optional.empty(), OptionalLong.empty(), Set.of("gold"));
        assertThat(policies.resolve(gold).limits().maxConnections()).isEqualTo(40);
        UUID uuid = UUID.fromString("9b1f2c64-5d0a-4c59-8a3e-6f0d2b7c1e55");
        GuestIdentity single =
                new GuestIdentity(
                        Optional.of("x"), Optional.of(uuid), OptionalLong.empty(), Set.of("gold"));
        assertThat(policies.resolve(single).limits())
                .returns(2, Limits::maxConnections)
                .returns(2, Limits::weight);
        assertThat(policies.resolve(PolicyTexts.guest("test-1")).limits().commands())
                .doesNotContain(Command.INSTREAM);
        assertThat(policies.resolve(PolicyTexts.guest("other")).limits().maxConnections())
                .isEqualTo(4);
    }

    @Test
    void nobodyGetsIntoALockedDownHostUnnamed() throws IOException, PolicyException {
        PolicySet policies = load("locked-down.json");
        assertThat(policies.resolve(PolicyTexts.guest("mail-01")).denied()).isTrue();
        GuestIdentity named =
                new GuestIdentity(
                        Optional.of("mail-01"),
                        Optional.empty(),
                        OptionalLong.of(17),
                        Set.of("scanning"));
        assertThat(policies.resolve(named).denied()).isFalse();
        GuestIdentity quarantined =
                new GuestIdentity(
                        Optional.of("mail-01"),
                        Optional.empty(),
                        OptionalLong.of(950),
                        Set.of("scanning"));
        assertThat(policies.resolve(quarantined).denied()).isTrue();
    }

    @Test
    void clientsWithAUserBeforeThemAreRefusedBeforeTheyGiveUp()
            throws IOException, PolicyException {
        GuestIdentity interactive =
                new GuestIdentity(
                        Optional.of("web"),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Set.of("interactive"));
        Limits limits = load("multi-tenant.json").resolve(interactive).limits();
        assertThat(limits.queueTimeout()).isLessThan(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"single-tenant", "multi-tenant", "locked-down", "cloud", "hoster"})
    void noExampleIsWarnedOf(String name) throws IOException, PolicyException {
        assertThat(load(name + ".json").warnings()).isEmpty();
    }
}
