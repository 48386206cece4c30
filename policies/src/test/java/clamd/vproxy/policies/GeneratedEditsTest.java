package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random changes of random files in random layouts. */
class GeneratedEditsTest {
    private static final PolicyEditor EDITOR = new PolicyEditor("policy.json", Limits.standard());

    /** The only reasons to refuse a change of a correct file with correct values. */
    private static final String REFUSALS = "(?s).*another dry run comes first.*";

    private int changed;

    private int inserted;

    @Test
    void exactlyOneGuestGetsExactlyWhatWasSetAndAllOtherBytesStay() {
        for (long seed = 1; seed <= 600; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            PolicyModel model = PolicyModel.random(random);
            byte[] file = laidOut(model.text(), random).getBytes(StandardCharsets.UTF_8);
            GuestIdentity guest = PolicyModel.randomGuest(random);
            String description = "seed " + seed + ", " + guest;
            // the second time it is the guest's own rule that is changed
            for (int i = 0; i < 2; i++) {
                file = change(file, model, guest, random, description);
            }
        }
        assertThat(inserted).isGreaterThan(150);
        assertThat(changed).isGreaterThan(150);
    }

    private byte[] change(
            byte[] file,
            PolicyModel model,
            GuestIdentity guest,
            RandomGenerator random,
            String description) {
        SequencedMap<String, String> settings = randomSettings(model, random);
        String label = description + ", " + settings + ": " + text(file);
        try {
            PolicyEdit edit = EDITOR.set(file, guest, settings);
            inserted += edit.inserted() ? 1 : 0;
            changed += edit.inserted() ? 0 : 1;
            assertOthersKeepTheirs(edit, guest, random, label);
            assertGuestHasTheSettings(edit, guest, settings, label);
            if (edit.inserted() && !edit.before().rules().isEmpty()) {
                assertOnlyInserted(text(file), edit.text(), label);
            }
            assertUnsetRemovesThem(edit, guest, settings, label);
            return edit.content();
        } catch (PolicyException refusal) {
            assertThat(refusal).as(label).message().matches(REFUSALS);
            return file;
        }
    }

    private static SequencedMap<String, String> randomSettings(
            PolicyModel model, RandomGenerator random) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            if (random.nextInt(4) == 0) {
                settings.put(
                        limit.key(),
                        PolicyModel.randomValue(limit, random).replaceAll("[\"\\[\\]]", ""));
            }
        }
        if (!model.classes().isEmpty() && random.nextInt(4) == 0) {
            settings.put("class", model.classes().keySet().iterator().next());
        }
        for (String flag : List.of("deny", "dryRun")) {
            if (random.nextInt(4) == 0) {
                settings.put(flag, Boolean.toString(random.nextInt(3) == 0));
            }
        }
        return settings;
    }

    private static void assertOthersKeepTheirs(
            PolicyEdit edit, GuestIdentity guest, RandomGenerator random, String label) {
        for (int i = 0; i < 20; i++) {
            GuestIdentity other = PolicyModel.randomGuest(random);
            boolean another =
                    guest.uuid().isPresent()
                            ? !other.uuid().equals(guest.uuid())
                            : !other.name().equals(guest.name());
            if (another) {
                assertThat(PolicyChange.between(edit.before(), edit.after(), List.of(other)))
                        .as(label)
                        .isEmpty();
            }
        }
    }

    private static void assertGuestHasTheSettings(
            PolicyEdit edit, GuestIdentity guest, Map<String, String> settings, String label) {
        GuestPolicy policy = policyOf(edit, guest);
        if (policy.denied()) {
            return;
        }
        GuestPolicy old = edit.inserted() ? edit.before().resolve(guest) : policyBefore(edit);
        for (Limit limit : Limit.values()) {
            LimitValue value = policy.setting(limit).value();
            if (settings.containsKey(limit.key())) {
                assertThat(value).as(label).isEqualTo(parsed(limit, settings.get(limit.key())));
            } else if (!settings.containsKey("class") && !old.denied()) {
                assertThat(value).as(label).isEqualTo(old.setting(limit).value());
            }
        }
    }

    /** What the guest gets from the rule that was edited, be it in force or a dry run. */
    private static GuestPolicy policyOf(PolicyEdit edit, GuestIdentity guest) {
        GuestPolicy now = edit.after().resolve(guest);
        return Stream.concat(Stream.of(now), now.dryRun().stream())
                .filter(policy -> policy.origin().equals(edit.rule()))
                .findFirst()
                .orElseThrow();
    }

    private static GuestPolicy policyBefore(PolicyEdit edit) {
        return edit.before().rules().get(((RuleOrigin.Rule) edit.rule()).index()).policy();
    }

    private static LimitValue parsed(Limit limit, String value) {
        String json =
                value.equals("no limit")
                        ? "\"no limit\""
                        : switch (limit.minimum()) {
                            case LimitValue.Count _, LimitValue.Flag _ -> value;
                            case LimitValue.Size _ ->
                                    value.matches("[0-9]+") ? value : "\"" + value + "\"";
                            case LimitValue.Time _, LimitValue.Scope _ -> "\"" + value + "\"";
                            case LimitValue.Allowed _ ->
                                    "[\"" + value.replace(", ", "\", \"") + "\"]";
                        };
        String text = "{'version': 1, 'defaults': {'" + limit.key() + "': " + json + "}}";
        return PolicyTexts.parse(text).resolve(PolicyTexts.guest("a")).setting(limit).value();
    }

    private static void assertOnlyInserted(String before, String after, String label) {
        int start = Math.max(0, Arrays.mismatch(before.toCharArray(), after.toCharArray()));
        assertThat(after).as(label).endsWith(before.substring(start));
    }

    private static void assertUnsetRemovesThem(
            PolicyEdit edit, GuestIdentity guest, Map<String, String> settings, String label)
            throws PolicyException {
        List<String> keys = settings.keySet().stream().filter(RuleBinder::isGrant).toList();
        PolicyEdit unset = EDITOR.unset(edit.content(), guest, keys);
        GuestPolicy policy = policyOf(unset, guest);
        for (Limit limit : Limit.values()) {
            if (keys.contains(limit.key()) && !policy.denied()) {
                assertThat(policy.setting(limit).source().layer())
                        .as(label)
                        .isNotEqualTo(LimitSource.Layer.RULE);
            }
        }
        assertThat(unset.before().revision()).as(label).isEqualTo(edit.after().revision());
    }

    /** Changes the white space between the parts of a JSON text. */
    private static String laidOut(String json, RandomGenerator random) {
        List<String> spaces = List.of("", "", " ", "\n  ", "\r\n\t");
        StringBuilder out = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            quoted ^= c == '"';
            if (quoted || !Character.isWhitespace(c)) {
                boolean structural = !quoted && "{}[],:".indexOf(c) >= 0;
                out.append(structural ? spaces.get(random.nextInt(5)) : "").append(c);
                out.append(structural ? spaces.get(random.nextInt(5)) : "");
            }
        }
        return out.toString();
    }

    private static String text(byte[] file) {
        return new String(file, StandardCharsets.UTF_8);
    }
}
