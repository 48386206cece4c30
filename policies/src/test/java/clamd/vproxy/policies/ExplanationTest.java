package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Explanation.Mismatch;
import clamd.vproxy.policies.Explanation.PassedRule;
import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Count;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final UUID SOME_UUID = UUID.fromString("5a1c0000-0000-4000-8000-00000000000f");

    private static final PolicySet POLICIES =
            PolicyTexts.parse(
                    """
                    {'version': 1, 'classes': {'gold': {'weight': 4}}, 'rules': [
                      {'match': {'name': 'db-*', 'cid': '100-199'}, 'deny': true},
                      {'match': {'uuid': '5a1c0000-0000-4000-8000-00000000000f', 'cid': 7}},
                      {'match': {'name': 'web-?'}, 'dryRun': true},
                      {'match': {'metadataClass': 'gold'}, 'class': 'gold', 'maxConnections': 2},
                      {'match': {'cid': 8}},
                      {'match': {'name': '**'}}
                    ]}
                    """);

    private static List<String> reasons(GuestIdentity guest) {
        return POLICIES.explain(guest).passedOver().stream().map(PassedRule::reason).toList();
    }

    @Test
    void everyRulePassedOverSaysWhichOfItsKeysDidNotHold() {
        GuestIdentity guest =
                new GuestIdentity(
                        Optional.of("web-1"),
                        Optional.of(new UUID(1, 2)),
                        OptionalLong.of(9),
                        Set.of("silver", "backup"));
        assertThat(reasons(guest))
                .containsExactly(
                        "name is \"web-1\", not \"db-*\"; cid is 9, not 100-199",
                        "uuid is 00000000-0000-0001-0000-000000000002,"
                                + " not 5a1c0000-0000-4000-8000-00000000000f; cid is 9, not 7",
                        "matches, but is a dry run",
                        "metadataClass is \"backup\", \"silver\", not \"gold\"",
                        "cid is 9, not 8");
        assertThat(POLICIES.explain(guest).passedOver().get(4))
                .isEqualTo(
                        new PassedRule(
                                new RuleOrigin.Rule(4, "policy.json", 6),
                                List.of(new Mismatch("cid", "8", Optional.of("9")))));
    }

    @Test
    void onlyTheKeysThatDoNotHoldAreNamed() {
        GuestIdentity guest =
                new GuestIdentity(
                        Optional.of("db-1"),
                        Optional.of(SOME_UUID),
                        OptionalLong.of(99),
                        Set.of("gold"));
        assertThat(reasons(guest))
                .containsExactly(
                        "cid is 99, not 100-199",
                        "cid is 99, not 7",
                        "name is \"db-1\", not \"web-?\"");
    }

    @Test
    void whatIsNotKnownIsNamedAsSuchAndEveryGuestHasSomeName() {
        GuestIdentity nobody =
                new GuestIdentity(
                        Optional.empty(), Optional.empty(), OptionalLong.empty(), Set.of());
        assertThat(reasons(nobody))
                .containsExactly(
                        "no name is known; the rule wants \"db-*\";"
                                + " no cid is known; the rule wants 100-199",
                        "no uuid is known; the rule wants 5a1c0000-0000-4000-8000-00000000000f;"
                                + " no cid is known; the rule wants 7",
                        "no name is known; the rule wants \"web-?\"",
                        "no metadataClass is known; the rule wants \"gold\"",
                        "no cid is known; the rule wants 8");
        assertThat(POLICIES.explain(nobody).policy().origin())
                .isEqualTo(new RuleOrigin.Rule(5, "policy.json", 7));
    }

    @Test
    void theDecidingRuleItsSourcesAndTheRulesBehindItAreExplained() {
        GuestIdentity guest =
                new GuestIdentity(
                        Optional.of("x"), Optional.empty(), OptionalLong.of(8), Set.of("gold"));
        Explanation explanation = POLICIES.explain(guest);
        assertThat(explanation.policy().setting(Limit.MAX_CONNECTIONS))
                .isEqualTo(
                        new Setting(
                                new Count(2),
                                new LimitSource(Layer.RULE, "rules[3]@policy.json:5")));
        assertThat(explanation.policy().setting(Limit.WEIGHT).source())
                .isEqualTo(new LimitSource(Layer.CLASS, "classes.gold@policy.json:1"));
        assertThat(explanation.alsoMatching())
                .extracting(RuleOrigin::label)
                .containsExactly("rules[4]@policy.json:6", "rules[5]@policy.json:7");
    }

    @Test
    void whatAGuestIsCalledCannotBreakALine() {
        assertThat(reasons(PolicyTexts.guest("a\nb")).getFirst())
                .startsWith("name is \"a\\u000ab\", not");
    }

    @Test
    void withoutAFileNothingIsPassedOver() {
        Explanation explanation =
                PolicySet.withoutFile(Limits.standard()).explain(PolicyTexts.guest("a"));
        assertThat(explanation.passedOver()).isEmpty();
        assertThat(explanation.policy().origin()).isEqualTo(new RuleOrigin.NoPolicyFile());
    }

    @Test
    void inGeneratedFilesEveryRuleAboveTheDecidingOneHasItsReason() {
        for (long seed = 1; seed <= 500; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            PolicyModel model = PolicyModel.random(random);
            GuestIdentity guest = PolicyModel.randomGuest(random);
            Explanation explanation = PolicyTexts.parse(model.text()).explain(guest);
            int deciding = model.decidingRule(guest);
            assertThat(explanation.passedOver()).as("seed " + seed).hasSize(deciding);
            for (int i = 0; i < deciding; i++) {
                assertThat(explanation.passedOver().get(i).mismatches().isEmpty())
                        .as("seed " + seed + ", rule " + i)
                        .isEqualTo(model.rules().get(i).matches(guest));
            }
        }
    }
}
