package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DryRunTest {
    private static GuestPolicy policyOfA(String rules) {
        return PolicyTexts.parse(PolicyTexts.rule(rules)).resolve(PolicyTexts.guest("a"));
    }

    @Test
    void theRulesAfterADryRunDecide() {
        GuestPolicy policy =
                policyOfA(
                        "{'match': {'name': 'a'}, 'weight': 2, 'dryRun': true},\n"
                                + "{'match': {'name': '*'}, 'weight': 3}");
        assertThat(policy.limits().weight()).isEqualTo(3);
        assertThat(policy.origin()).isEqualTo(new RuleOrigin.Rule(1, "policy.json", 3));
        assertThat(policy.dryRun())
                .hasValueSatisfying(tried -> {
                    assertThat(tried.limits().weight()).isEqualTo(2);
                    assertThat(tried.origin()).isEqualTo(new RuleOrigin.Rule(0, "policy.json", 2));
                    assertThat(tried.dryRun()).isEmpty();
                });
    }

    @Test
    void aGuestThatMatchesOnlyADryRunIsUnmatched() {
        GuestPolicy policy =
                PolicyTexts.parse(
                                "{'version': 1, 'unmatched': 'deny', 'rules': [{'match': {'name': 'a'}, 'dryRun': true}]}")
                        .resolve(PolicyTexts.guest("a"));
        assertThat(policy.denied()).isTrue();
        assertThat(policy.dryRun()).get().returns(false, GuestPolicy::denied);
    }

    @Test
    void theFirstOfSeveralDryRunsIsTried() {
        GuestPolicy policy =
                policyOfA(
                        "{'match': {'name': 'a'}, 'weight': 2, 'dryRun': true},"
                                + "{'match': {'name': 'a'}, 'weight': 3, 'dryRun': true}");
        assertThat(policy.origin()).isEqualTo(new RuleOrigin.Unmatched());
        assertThat(policy.dryRun().map(tried -> tried.limits().weight())).contains(2);
    }

    @Test
    void aDryRunAfterTheDecidingRuleIsIgnored() {
        GuestPolicy policy =
                policyOfA("{'match': {'name': 'a'}}, {'match': {'name': 'a'}, 'dryRun': true}");
        assertThat(policy.dryRun()).isEmpty();
    }

    @Test
    void aDenialCanBeTried() {
        GuestPolicy policy = policyOfA("{'match': {'name': 'a'}, 'deny': true, 'dryRun': true}");
        assertThat(policy.denied()).isFalse();
        assertThat(policy.dryRun().map(GuestPolicy::denied)).contains(true);
    }

    @Test
    void dryRunFalseIsLikeNoDryRun() {
        GuestPolicy policy = policyOfA("{'match': {'name': 'a'}, 'weight': 2, 'dryRun': false}");
        assertThat(policy.limits().weight()).isEqualTo(2);
        assertThat(policy.dryRun()).isEmpty();
    }

    @Test
    void dryRunMustBeABooleanAndIsNotAllowedInDefaults() {
        assertThat(PolicyTexts.problems(PolicyTexts.rule("{'match': {'cid': 9}, 'dryRun': 1}")))
                .containsExactly(
                        new Problem(
                                2, 33, "/rules/0/dryRun", "must be true or false, not a number"));
        assertThat(PolicyTexts.problems(PolicyTexts.file("'defaults': {'dryRun': true}")))
                .containsExactly(
                        new Problem(2, 14, "/defaults/dryRun", "unknown field \"dryRun\""));
    }

    @Test
    void aDryRunCannotHaveADryRun() {
        GuestPolicy policy = policyOfA("{'match': {'name': 'a'}, 'dryRun': true}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.in(policy.tenant(), Optional.of(policy)))
                .withMessage("a dry run must not have a dry run of its own");
    }
}
