package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Count;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PolicySetTest {
    private static final UUID SOME_UUID = UUID.fromString("5a1c0000-0000-4000-8000-00000000000f");

    private static final PolicySet LAYERED =
            PolicyTexts.parse(
                    """
                    {
                      'version': 1,
                      'defaults': {'maxConnections': 20, 'maxStreamSize': '50MiB',
                                   'readTimeout': '5s'},
                      'classes': {
                        'gold': {'maxConnections': 40, 'weight': 4}
                      },
                      'rules': [
                        {'match': {'name': 'db-*'}, 'class': 'gold',
                         'maxStreamSize': 1024},
                        {'match': {'name': 'evil'}, 'deny': true}
                      ]
                    }
                    """);

    @Test
    void aRuleOverridesItsClassAndTheClassTheDefaultsFieldByField() {
        Limits limits = LAYERED.resolve(PolicyTexts.guest("db-1")).limits();
        assertThat(limits.maxStreamBytes()).isEqualTo(1024);
        assertThat(limits.maxConnections()).isEqualTo(40);
        assertThat(limits.weight()).isEqualTo(4);
        assertThat(limits.readTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(limits.maxChunkBytes()).isEqualTo(Limits.standard().maxChunkBytes());
    }

    @Test
    void everyValueKnowsWhereItCameFrom() {
        GuestPolicy policy = LAYERED.resolve(PolicyTexts.guest("db-1"));
        assertThat(policy.sources())
                .hasSize(Limit.values().length)
                .containsEntry(
                        Limit.MAX_STREAM_SIZE,
                        new LimitSource(Layer.RULE, "rules[0]@policy.json:10"))
                .containsEntry(
                        Limit.WEIGHT, new LimitSource(Layer.CLASS, "classes.gold@policy.json:6"))
                .containsEntry(
                        Limit.READ_TIMEOUT,
                        new LimitSource(Layer.FILE_DEFAULTS, "defaults@policy.json:4"))
                .containsEntry(Limit.COMMANDS, new LimitSource(Layer.COMMAND_LINE, "built-in"));
        assertThat(policy.origin().label()).isEqualTo("rules[0]@policy.json:9");
    }

    @Test
    void theFileWinsOverTheLimitsUnderneath() throws PolicyException {
        Limits underneath =
                Limits.standard()
                        .with(Limit.MAX_CONNECTIONS, new Count(1))
                        .with(Limit.WEIGHT, new Count(5));
        Limits limits =
                PolicyParser.parse(
                                "policy.json",
                                PolicyTexts.bytes("{'version': 1, 'defaults': {'weight': 6}}"),
                                underneath)
                        .resolve(PolicyTexts.guest("a"))
                        .limits();
        assertThat(limits).isEqualTo(underneath.with(Limit.WEIGHT, new Count(6)));
    }

    @Test
    void aDeniedGuestMayNotEvenConnect() {
        GuestPolicy policy = LAYERED.resolve(PolicyTexts.guest("evil"));
        assertThat(policy.denied()).isTrue();
        assertThat(policy.origin()).isEqualTo(new RuleOrigin.Rule(1, "policy.json", 11));
        assertThat(policy.limits().maxConnections()).isZero();
        assertThat(policy.limits().maxWaitingConnections()).isZero();
        assertThat(policy.limits().commands()).isEmpty();
        assertThat(policy.sources())
                .containsEntry(
                        Limit.COMMANDS, new LimitSource(Layer.RULE, "rules[1]@policy.json:11"));
    }

    @Test
    void guestsThatMatchNothingGetTheDefaults() {
        GuestPolicy policy = LAYERED.resolve(PolicyTexts.guest("web"));
        assertThat(policy.denied()).isFalse();
        assertThat(policy.origin().label()).isEqualTo("unmatched");
        assertThat(policy.limits().maxConnections()).isEqualTo(20);
    }

    @Test
    void guestsThatMatchNothingMayBeDenied() {
        GuestPolicy policy =
                PolicyTexts.parse(PolicyTexts.file("'unmatched': 'deny'"))
                        .resolve(PolicyTexts.guest("web"));
        assertThat(policy.denied()).isTrue();
        assertThat(policy.origin()).isEqualTo(new RuleOrigin.Unmatched());
        assertThat(policy.limits().commands()).isEmpty();
    }

    @Test
    void withoutAFileEveryGuestGetsTheSame() {
        PolicySet policies = PolicySet.withoutFile(Limits.standard());
        GuestPolicy policy = policies.resolve(PolicyTexts.guest("web"));
        assertThat(policy.limits()).isEqualTo(Limits.standard());
        assertThat(policy.denied()).isFalse();
        assertThat(policy.origin().label()).isEqualTo("no-policy-file");
        assertThat(policies.revision()).isEqualTo("no-policy-file");
    }

    @Test
    void everythingButTheVersionIsOptional() {
        assertThat(PolicyTexts.parse("{'version': 1}").resolve(PolicyTexts.guest("a")).limits())
                .isEqualTo(Limits.standard());
        assertThat(
                        PolicyTexts.parse("{'version': 1, 'rules': []}")
                                .resolve(PolicyTexts.guest("a"))
                                .limits())
                .isEqualTo(Limits.standard());
    }

    @Test
    void commentsMayStandInEveryObject() {
        PolicyTexts.parse(
                """
                {'$schema': 'policy.schema.json', 'version': 1, 'comment': 'x', 'defaults': {'comment': 'x'},
                 'classes': {'comment': 'x', 'a': {'comment': 'x'}},
                 'rules': [{'comment': 'x', 'match': {'cid': 3, 'comment': 'x'}}]}
                """);
    }

    @Test
    void denyFalseIsLikeNoDeny() {
        PolicySet policies =
                PolicyTexts.parse(
                        PolicyTexts.rule("{'match': {'name': 'a'}, 'deny': false, 'weight': 2}"));
        GuestPolicy policy = policies.resolve(PolicyTexts.guest("a"));
        assertThat(policy.denied()).isFalse();
        assertThat(policy.limits().weight()).isEqualTo(2);
    }

    @Test
    void noCommandMayBeAllowed() {
        PolicySet policies = PolicyTexts.parse(PolicyTexts.file("'defaults': {'commands': []}"));
        assertThat(policies.resolve(PolicyTexts.guest("a")).limits().commands()).isEmpty();
    }

    @Test
    void theFirstMatchingRuleDecides() {
        PolicySet policies =
                PolicyTexts.parse(
                        PolicyTexts.rule(
                                "{'match': {'name': 'a*'}, 'weight': 2}, {'match': {'name': 'ab'}, 'weight': 3}"));
        assertThat(policies.resolve(PolicyTexts.guest("ab")).limits().weight()).isEqualTo(2);
    }

    @Test
    void uuidsMatchInEitherCaseAndOnlyGuestsThatHaveOne() {
        String match = "'uuid': '5A1C0000-0000-4000-8000-00000000000F'";
        assertThat(matches(match, identity("a", Optional.of(SOME_UUID), OptionalLong.empty())))
                .isTrue();
        assertThat(matches(match, identity("a", Optional.of(new UUID(1, 2)), OptionalLong.empty())))
                .isFalse();
        assertThat(matches(match, PolicyTexts.guest("a"))).isFalse();
    }

    @Test
    void cidsMatchAsNumberAsTextAndInRanges() {
        for (String match : new String[] {"'cid': 100", "'cid': '100'", "'cid': '100-100'"}) {
            assertThat(matches(match, withCid(99))).as(match).isFalse();
            assertThat(matches(match, withCid(100))).as(match).isTrue();
            assertThat(matches(match, withCid(101))).as(match).isFalse();
            assertThat(matches(match, PolicyTexts.guest("a"))).as(match).isFalse();
        }
        assertThat(matches("'cid': '3-4294967294'", withCid(3))).isTrue();
        assertThat(matches("'cid': '3-4294967294'", withCid(4_294_967_294L))).isTrue();
        assertThat(matches("'cid': '100-199'", withCid(200))).isFalse();
    }

    @Test
    void metadataClassesMatchExactly() {
        GuestIdentity guest =
                new GuestIdentity(
                        Optional.of("a"),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Set.of("gold", "backup"));
        assertThat(matches("'metadataClass': 'gold'", guest)).isTrue();
        assertThat(matches("'metadataClass': 'Gold'", guest)).isFalse();
        assertThat(matches("'metadataClass': 'g*'", guest)).isFalse();
    }

    @Test
    void allKeysOfAMatchMustHold() {
        String match = "'name': 'db-*', 'cid': 100";
        assertThat(matches(match, identity("db-1", Optional.empty(), OptionalLong.of(100))))
                .isTrue();
        assertThat(matches(match, identity("db-1", Optional.empty(), OptionalLong.of(101))))
                .isFalse();
        assertThat(matches(match, identity("web", Optional.empty(), OptionalLong.of(100))))
                .isFalse();
    }

    @Test
    void theRevisionNamesTheContent() {
        assertThat(PolicyTexts.parse("{'version': 1}").revision()).matches("[0-9a-f]{12}");
        assertThat(PolicyTexts.parse("{'version': 1}").revision())
                .isEqualTo(PolicyTexts.parse("{'version': 1}").revision())
                .isNotEqualTo(PolicyTexts.parse("{'version': 1 }").revision());
    }

    @Test
    void aPolicyWithoutAllSourcesCannotBeMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new GuestPolicy(
                                Limits.standard(),
                                false,
                                new RuleOrigin.Unmatched(),
                                Map.of(
                                        Limit.WEIGHT,
                                        LimitSource.underneath(
                                                Limit.WEIGHT, Limit.WEIGHT.standard())),
                                Optional.empty()));
    }

    private static boolean matches(String match, GuestIdentity guest) {
        PolicySet policies = PolicyTexts.parse(PolicyTexts.rule("{'match': {" + match + "}}"));
        return policies.resolve(guest).origin() instanceof RuleOrigin.Rule;
    }

    private static GuestIdentity withCid(long cid) {
        return identity("a", Optional.empty(), OptionalLong.of(cid));
    }

    private static GuestIdentity identity(String name, Optional<UUID> uuid, OptionalLong cid) {
        return new GuestIdentity(Optional.of(name), uuid, cid, Set.of());
    }
}
