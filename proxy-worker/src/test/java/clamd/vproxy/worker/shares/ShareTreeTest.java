package clamd.vproxy.worker.shares;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.Seeds;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ShareTreeTest {
    private static final Owner FIRST = new Owner("acme", "web");
    private static final Owner SECOND = new Owner("acme", "db");
    private static final Owner OTHER = Owner.ofItself("lone");

    private final ShareTree tree = new ShareTree();

    @Test
    void tenantsAreComparedWithTenantsAndGuestsWithinTheirTenant() {
        tree.add(FIRST, 3);
        tree.add(OTHER, 2);

        // the second guest of acme holds nothing, but its tenant holds more than the other one
        assertThat(tree.compareNeed(SECOND, Weight.of(1), OTHER, Weight.of(1))).isPositive();
        assertThat(tree.compareNeed(SECOND, Weight.of(1), FIRST, Weight.of(1))).isNegative();
        assertThat(tree.lead(FIRST, OTHER)).isEqualTo(1);
        assertThat(tree.lead(FIRST, SECOND)).isEqualTo(3);
    }

    @Test
    void aWeightOfTwoIsInNeedWithTwiceAsMuch() {
        tree.add(FIRST, 1);
        tree.add(OTHER, 2);

        assertThat(tree.compareNeed(FIRST, Weight.of(2), OTHER, Weight.of(2))).isNegative();
        assertThat(tree.compareNeed(FIRST, Weight.of(1), OTHER, Weight.of(2))).isPositive();
    }

    @Test
    void aTenantIsBoundedHoweverManyGuestsItHas() {
        for (int guest = 0; guest < 30; guest++) {
            tree.add(new Owner("acme", guest), 1);
        }
        assertThat(tree.staysWithin(new Owner("acme", 31), 1, 30)).isFalse();
        assertThat(tree.staysWithin(OTHER, 1, 30)).isTrue();
    }

    @Test
    void threeQuartersAreRoundedDownButNeverToNothing() {
        assertThat(ShareTree.mostForOneTenant(1)).isEqualTo(1);
        assertThat(ShareTree.mostForOneTenant(2)).isEqualTo(1);
        assertThat(ShareTree.mostForOneTenant(7)).isEqualTo(5);
        assertThat(ShareTree.mostForOneTenant(Long.MAX_VALUE)).isPositive();
    }

    @Test
    void theSumsAgreeWhateverIsTakenAndGivenBack() {
        Seeds.forEach(50, ShareTreeTest::takeAndGiveBack);
    }

    private static void takeAndGiveBack(RandomGenerator random) {
        ShareTree tree = new ShareTree();
        Map<Owner, Long> model = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            Owner owner = new Owner(random.nextInt(3), random.nextInt(3));
            long held = model.getOrDefault(owner, 0L);
            long amount = random.nextBoolean() ? random.nextLong(5) : -random.nextLong(held + 1);
            tree.add(owner, amount);
            model.merge(owner, amount, Long::sum);
            assertThat(tree.heldByGuest(owner)).isEqualTo(model.get(owner));
            assertThat(tree.heldByTenant(owner))
                    .isEqualTo(
                            model.entrySet().stream()
                                    .filter(each -> each.getKey().tenant().equals(owner.tenant()))
                                    .mapToLong(Map.Entry::getValue)
                                    .sum());
        }
        assertThat(tree.held()).isEqualTo(model.values().stream().mapToLong(Long::longValue).sum());
    }
}
