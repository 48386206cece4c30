package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The script's text, not run. */
class HookScriptTest {
    private static final HookSettings SETTINGS =
            new HookSettings("/srv/a.b/hook_1", Strictness.FAIL_CLOSED);

    private final String text = HookScript.render(SETTINGS, "1.0");

    @Test
    void itsSettingsCanBeReadBack() {
        assertThat(HookScript.settings(text)).contains(SETTINGS);
        assertThat(HookScript.settings(text.replace("STRICT=", "STRICT=x"))).isEmpty();
        assertThat(HookScript.settings(text.replace("SPOOL=/", "SPOOL="))).isEmpty();
        assertThat(HookScript.settings("")).isEmpty();
    }

    @Test
    void anyChangeShows() {
        assertThat(HookScript.isUnchanged(text)).isTrue();
        for (int at = 0; at < text.length(); at++) {
            String changed = text.substring(0, at) + '~' + text.substring(at + 1);
            // the version in the mark is a word of no consequence
            if (text.charAt(at) != '~'
                    && !changed.contains("clamd-vproxy ~.0,")
                    && !changed.contains("clamd-vproxy 1~0,")
                    && !changed.contains("clamd-vproxy 1.~,")) {
                assertThat(HookScript.isUnchanged(changed)).as("at %d", at).isFalse();
            }
        }
        assertThat(HookScript.isUnchanged(text + "\n")).isFalse();
        assertThat(HookScript.isUnchanged(text.replace("\n", "\r\n"))).isFalse();
        assertThat(HookScript.isMarked(text + "\n")).isTrue();
    }

    @Test
    void itsLimitsAddUpToLessThanTwoSeconds() {
        double kill = Double.parseDouble(setting("KILL_AFTER"));
        double giveUp = Double.parseDouble(setting("GIVE_UP_AFTER")) / 100;
        assertThat(kill).isBetween(1.0, 1.8);
        assertThat(giveUp).isBetween(1.0, kill - 0.2);
    }

    @Test
    void theVerifierKnowsEveryProgramItStarts() {
        assertThat(
                        Pattern.compile("(?<![\\w!#])/(usr/)?bin/\\w+")
                                .matcher(text.substring(text.indexOf('\n')))
                                .results()
                                .map(MatchResult::group)
                                .distinct())
                .containsExactlyInAnyOrderElementsOf(ToolCheck.TOOLS);
    }

    private String setting(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "="))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }
}
