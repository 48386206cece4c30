package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which rule is in force after an edit of a denied guest, or beside a dry run. */
class PolicyEditorDenyTest extends PolicyEditorFixture {
    @Test
    void aDeniedGuestIsAdmittedOnlyInSoManyWords() throws PolicyException {
        String rule = PolicyTexts.rule("{'match': {'name': '*'}, 'deny': true}");
        String unmatched = "{'version': 1, 'unmatched': 'deny'}";
        for (String file : new String[] {rule, unmatched}) {
            assertThat(set(file, DB, "weight=2").after().resolve(DB).denied()).isTrue();
            GuestPolicy policy = set(file, DB, "weight=2", "deny=false").after().resolve(DB);
            assertThat(policy.denied()).isFalse();
            assertThat(policy.limits().weight()).isEqualTo(2);
            GuestPolicy commented = set(file, DB, "comment=x").after().resolve(DB);
            assertThat(commented.denied()).isTrue();
        }
    }

    @Test
    void aDeniedGuestGetsItsLimitsBackWhenDenyIsUnset() throws PolicyException {
        String others = PolicyTexts.rule("{'match': {'name': '*'}, 'weight': 2}");
        String own =
                PolicyTexts.rule("{'match': {'uuid': '" + UUID_TEXT + "'}, 'maxConnections': 7}");
        for (String file : new String[] {others, own}) {
            PolicyEdit denied = set(file, DB, "deny=true");
            assertThat(denied.after().resolve(DB).denied()).isTrue();
            for (PolicyEdit undone :
                    new PolicyEdit[] {
                        EDITOR.unset(denied.content(), DB, List.of("deny")),
                        set(denied.text(), DB, "deny=false")
                    }) {
                GuestPolicy policy = undone.after().resolve(DB);
                assertThat(policy.denied()).isFalse();
                assertThat(policy.limits()).isEqualTo(denied.before().resolve(DB).limits());
            }
        }
    }

    @Test
    void aNewDryRunLeavesInForceWhatWas() throws PolicyException {
        GuestPolicy policy =
                set(
                                PolicyTexts.rule("{'match': {'name': '*'}, 'weight': 2}"),
                                DB,
                                "maxConnections=1",
                                "dryRun=true")
                        .after()
                        .resolve(DB);
        assertThat(policy.limits().maxConnections()).isEqualTo(10);
        assertThat(policy.limits().weight()).isEqualTo(2);
        assertThat(policy.dryRun().map(GuestPolicy::limits))
                .hasValueSatisfying(tried -> {
                    assertThat(tried.maxConnections()).isEqualTo(1);
                    assertThat(tried.weight()).isEqualTo(2);
                });
    }

    @Test
    void anothersDryRunGoesOnUnlessTheGuestGetsOneOfItsOwn() throws PolicyException {
        String file =
                PolicyTexts.rule(
                        "{'match': {'name': 'db-*'}, 'weight': 9, 'dryRun': true}, {'match': {'name': '*'}}");
        PolicyEdit edit = set(file, DB, "weight=2");
        assertThat(edit.rule()).isEqualTo(new RuleOrigin.Rule(1, "policy.json", 2));
        assertThat(edit.after().resolve(DB).dryRun().map(tried -> tried.limits().weight()))
                .contains(9);
        PolicyEdit dryRun = set(file, DB, "weight=3", "dryRun=true");
        assertThat(dryRun.rule()).isEqualTo(new RuleOrigin.Rule(0, "policy.json", 2));
        assertThat(dryRun.after().resolve(DB).dryRun().map(tried -> tried.limits().weight()))
                .contains(3);
    }

    @Test
    void anOwnRuleThatIsADryRunIsChangedAndPutInForce() throws PolicyException {
        String file =
                PolicyTexts.rule(
                        "{'match': {'name': 'db-1'}, 'weight': 9, 'dryRun': true}, {'match': {'name': '*'}}");
        assertThat(set(file, DB, "weight=8").after().resolve(DB).dryRun())
                .get()
                .returns(8, tried -> tried.limits().weight());
        PolicyEdit inForce = EDITOR.unset(PolicyTexts.bytes(file), DB, List.of("dryRun"));
        assertThat(inForce.after().resolve(DB).limits().weight()).isEqualTo(9);
    }

    @Test
    void aChangeThatWouldDecideNothingIsRefused() {
        assertNotSet(
                PolicyTexts.rule(
                        "{'match': {'name': 'db-*'}, 'dryRun': true},\n"
                                + "{'match': {'name': 'db-1'}}"),
                "policy.json:3:1: /rules/1: another dry run comes first, so that db-1's own rule"
                        + " would decide nothing",
                "dryRun=true");
    }
}
