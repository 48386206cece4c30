package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GeneratedPoliciesTest {

    @Test
    void generatedFilesResolveLikeTheModel() {
        for (long seed = 1; seed <= 500; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            PolicyModel model = PolicyModel.random(random);
            PolicySet policies = PolicyTexts.parse(model.text());
            for (int i = 0; i < 10; i++) {
                GuestIdentity guest = PolicyModel.randomGuest(random);
                assertLikeModel(
                        policies.resolve(guest),
                        model,
                        guest,
                        "seed " + seed + ": " + model.text());
            }
        }
    }

    private static void assertLikeModel(
            GuestPolicy policy, PolicyModel model, GuestIdentity guest, String seed) {
        int index = model.decidingRule(guest);
        boolean matched = index < model.rules().size();
        assertThat(policy.origin().label())
                .as(seed)
                .isEqualTo(matched ? label(index) : "unmatched");
        assertThat(policy.dryRun().map(tried -> tried.origin().label()))
                .as(seed)
                .isEqualTo(
                        model.triedRule(guest).stream()
                                .mapToObj(GeneratedPoliciesTest::label)
                                .findFirst());
        assertThat(policy.denied()).as(seed).isEqualTo(model.denies(guest));
        if (!policy.denied()) {
            Limits flattened = PolicyTexts.parse(model.flattenedFor(guest)).resolve(guest).limits();
            assertThat(policy.limits()).as(seed).isEqualTo(flattened);
        }
    }

    private static String label(int index) {
        return "rules[" + index + "]@policy.json:" + (index + 1);
    }

    @Test
    void everyTruncationIsRefused() {
        for (long seed = 1; seed <= 5; seed++) {
            byte[] file = bytes(PolicyModel.random(new SplittableRandom(seed)));
            for (int length = 0; length < file.length; length++) {
                assertThat(
                                parses(
                                        Arrays.copyOf(file, length),
                                        "seed " + seed + ", " + length + " bytes"))
                        .isFalse();
            }
        }
    }

    @Test
    void anyOtherByteAnywhereEitherParsesOrIsAProblem() {
        for (long seed = 1; seed <= 5; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            byte[] file = bytes(PolicyModel.random(random));
            for (int at = 0; at < file.length; at++) {
                byte[] mutated = file.clone();
                mutated[at] = (byte) random.nextInt(256);
                parses(mutated, "seed " + seed + ", byte " + at + " made " + mutated[at]);
            }
        }
    }

    @Test
    void everyByteValueAtEveryPlaceOfASmallFileEitherParsesOrIsAProblem() {
        byte[] file =
                PolicyTexts.bytes(
                        "{'version':1,'rules':[{'match':{'cid':'3-9'},'readTimeout':'1s'}]}");
        for (int at = 0; at < file.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] mutated = file.clone();
                mutated[at] = (byte) value;
                parses(mutated, "byte " + at + " made " + value);
            }
        }
    }

    private static byte[] bytes(PolicyModel model) {
        return model.text().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Whether the file is accepted; anything thrown but a {@link PolicyException} with problems
     * fails the test.
     */
    private static boolean parses(byte[] file, String description) {
        try {
            PolicyParser.parse("policy.json", file, Limits.standard())
                    .resolve(PolicyTexts.guest("a"));
            return true;
        } catch (PolicyException expected) {
            assertThat(expected.problems()).as(description).isNotEmpty().doesNotHaveDuplicates();
            assertThat(expected).as(description).message().hasLineCount(expected.problems().size());
            return false;
        } catch (RuntimeException | Error bug) {
            throw new AssertionError(description, bug);
        }
    }
}
