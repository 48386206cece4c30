package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules that are correct and silently match nobody. */
class MatchWarningsTest {
    private static List<RuleWarning> warnings(String... names) {
        StringBuilder rules = new StringBuilder();
        for (String name : names) {
            rules.append(rules.isEmpty() ? "" : ",")
                    .append("{'match': {'name': '")
                    .append(name.replace("\\", "\\\\"))
                    .append("'}, 'deny': true}");
        }
        return PolicyTexts.parse("{'version': 1, 'rules': [" + rules + "]}").warnings();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web-[0-9]*",
                "^web-.*$",
                "web-.*",
                "^web",
                "web$",
                "{web,db}-*",
                "web-1,web-2",
                "web-\\d",
                "web-\\*",
                "web|db",
                "web-%",
                "!web-*",
                "/web/",
                "web-1;web-2",
                "(web)+"
            })
    void patternsOfShellsAndRegularExpressionsAreWarnedOf(String name) {
        assertThat(warnings(name))
                .singleElement()
                .matches(warning -> warning.message().contains("is taken literally"))
                .matches(warning -> warning.rule().equals("rules[0]@policy.json:1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web-1", "*", "web-?", "web.example.org", "web 1", "c++", "a_b@c", "Büro (alt)",
                "büro-1", "сервер-1", "web-сервер", "サーバー1", "服务器", "λ-1", "$web", "web#1"
            })
    void ordinaryNamesAreNot(String name) {
        assertThat(warnings(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bu\u0308ro-1",
                "web\u00a01",
                "we\u200bb",
                "b\u00fcro\u00a01",
                "web\u20131",
                "w\u0435b-1",
                "\uff57\uff45\uff42",
                "\u0440\u0430\u0441",
                "web\u00ad1",
                "web-1 "
            })
    void charactersThatPassForOthersAreWarnedOf(String name) {
        assertThat(warnings(name)).hasSize(1);
        assertThat(warnings(name).getFirst().message()).matches("\\p{ASCII}*");
    }

    @Test
    void twoRulesWhoseNamesLookAlikeAreWarnedOf() {
        assertThat(warnings("web-1", "w\u0435b-1"))
                .extracting(RuleWarning::message)
                .anyMatch(
                        message -> message.startsWith("name \"w\\u0435b-1\" looks like \"web-1\""));
        assertThat(warnings("web-1", "web-1", "web-2")).isEmpty();
    }

    @Test
    void aMetadataClassHasNoPatterns() {
        PolicySet policies =
                PolicyTexts.parse(
                        "{'version': 1, 'rules': [{'match': {'metadataClass': 'gold*'}, 'deny': true}]}");
        assertThat(policies.warnings()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bu\u0308ro-1 | b\u00fcro-1 | name is \"b\\u00fcro-1\", not \"bu\\u0308ro-1\", which only looks like it",
                "w\u0435b-* | web-1 | name is \"web-1\", not \"w\\u0435b-*\", which only looks like it",
                "web\u00a01 | web 1 | name is \"web 1\", not \"web\\u00a01\", which only looks like it",
                "db | b\u00fcro | name is \"b\u00fcro\", not \"db\""
            })
    void anExplanationShowsHowNamesDiffer(String rule, String guest, String reason) {
        PolicySet policies =
                PolicyTexts.parse(
                        "{'version': 1, 'rules': [{'match': {'name': '"
                                + rule
                                + "'}, 'deny': true}]}");
        assertThat(policies.explain(PolicyTexts.guest(guest)).passedOver().getFirst().reason())
                .isEqualTo(reason);
    }
}
