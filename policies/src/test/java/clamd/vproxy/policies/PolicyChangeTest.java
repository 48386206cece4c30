package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.PolicyChange.LimitChange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PolicyChangeTest {
    private static List<PolicyChange> changes(String before, String after, String... names) {
        return PolicyChange.between(
                PolicyTexts.parse(before),
                PolicyTexts.parse(after),
                Stream.of(names).map(PolicyTexts::guest).toList());
    }

    private static void assertLine(String before, String after, String line) {
        assertThat(changes(PolicyTexts.rule(before), PolicyTexts.rule(after), "web-1"))
                .extracting(PolicyChange::line)
                .containsExactly(line);
    }

    @Test
    void aLineHasEveryChangedLimitWithTheRulesOfBothSides() {
        assertLine(
                "{'match': {'name': 'x'}}",
                "{'match': {'name': 'x'}},\n"
                        + "{'match': {'name': 'web-*'}, 'weight': 4, 'maxConnections': 5, 'commands': ['PING']}",
                "web-1: maxConnections 10 → 5, commands [\"INSTREAM\", \"PING\", \"VERSION\"] → [\"PING\"],"
                        + " weight 1 → 4 (unmatched → rules[1]@policy.json:3)");
    }

    @Test
    void theSameRuleIsNamedOnce() {
        assertLine(
                "{'match': {'name': 'web-1'}, 'weight': 2}",
                "{'match': {'name': 'web-1'}, 'weight': 3}",
                "web-1: weight 2 → 3 (rules[0]@policy.json:2)");
    }

    @Test
    void eachLimitKnowsThePlacesOfBothItsValues() {
        PolicyChange change =
                changes(
                                PolicyTexts.file("'defaults': {'weight': 2}"),
                                PolicyTexts.rule("{'match': {'name': '*'},\n 'weight': 3}"),
                                "a")
                        .getFirst();
        assertThat(change.limits())
                .containsExactly(
                        new LimitChange(
                                Limit.WEIGHT,
                                new Setting(
                                        new Count(2),
                                        new LimitSource(
                                                Layer.FILE_DEFAULTS, "defaults@policy.json:2")),
                                new Setting(
                                        new Count(3),
                                        new LimitSource(Layer.RULE, "rules[0]@policy.json:3"))));
    }

    @Test
    void denyingAndAdmittingHidesTheLimits() {
        String denied = "{'match': {'name': 'web-1'}, 'deny': true}";
        String admitted = "{'match': {'name': 'web-1'}, 'weight': 2}";
        assertLine(denied, admitted, "web-1: denied → admitted (rules[0]@policy.json:2)");
        assertLine(
                admitted,
                "\n" + denied,
                "web-1: admitted → denied (rules[0]@policy.json:2 → rules[0]@policy.json:3)");
        assertThat(
                        changes(PolicyTexts.rule(denied), PolicyTexts.rule(admitted), "web-1")
                                .getFirst()
                                .limits())
                .isEmpty();
    }

    @Test
    void aDryRunBeginsChangesAndEnds() {
        String none = "{'match': {'name': 'x'}}";
        String two = "{'match': {'name': 'web-1'}, 'weight': 2, 'dryRun': true}";
        String three = "{'match': {'name': 'web-1'}, 'weight': 3, 'dryRun': true}";
        assertLine(none, two, "web-1: dry run begins (rules[0]@policy.json:2)");
        assertLine(two, three, "web-1: dry run: weight 2 → 3 (rules[0]@policy.json:2)");
        assertLine(two, none, "web-1: dry run ends (rules[0]@policy.json:2)");
        assertLine(
                two,
                two.replace("true", "false"),
                "web-1: weight 1 → 2 (unmatched → rules[0]@policy.json:2);"
                        + " dry run ends (rules[0]@policy.json:2)");
        assertThat(changes(PolicyTexts.rule(two), PolicyTexts.rule(three), "web-1").getFirst())
                .returns(List.of(), PolicyChange::limits)
                .extracting(change -> change.dryRunLimits().size())
                .isEqualTo(1);
    }

    @Test
    void guestsWithoutAChangeAreLeftOut() {
        String before = PolicyTexts.rule("{'match': {'name': 'a'}, 'weight': 2}");
        String after =
                PolicyTexts.rule(
                        "{'match': {'name': 'b'}, 'weight': 2},\n\n{'match': {'name': 'a'}, 'weight': 2}");
        assertThat(changes(before, after, "a", "b", "c"))
                .extracting(change -> change.guest().label())
                .containsExactly("b");
    }

    @Test
    void aDeniedGuestsOtherLimitsAreNoChange() {
        String rule = "'rules': [{'match': {'name': 'a'}, 'deny': true}]";
        assertThat(
                        changes(
                                PolicyTexts.file(rule),
                                PolicyTexts.file(rule + ", 'defaults': {'weight': 2}"),
                                "a"))
                .isEmpty();
    }

    @Test
    void aGuestIsCalledByTheBestThatIsKnownOfIt() {
        UUID uuid = new UUID(1, 2);
        assertThat(identity("a\u001b", uuid, OptionalLong.of(7)).label()).isEqualTo("a\\u001b");
        GuestIdentity unnamed =
                new GuestIdentity(
                        Optional.empty(), Optional.of(uuid), OptionalLong.of(7), Set.of());
        assertThat(unnamed.label()).isEqualTo(uuid.toString());
        GuestIdentity cidOnly =
                new GuestIdentity(Optional.empty(), Optional.empty(), OptionalLong.of(7), Set.of());
        assertThat(cidOnly.label()).isEqualTo("CID 7");
    }

    private static GuestIdentity identity(String name, UUID uuid, OptionalLong cid) {
        return new GuestIdentity(Optional.of(name), Optional.of(uuid), cid, Set.of());
    }
}
