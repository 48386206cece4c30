package clamd.vproxy.supervisor.commands.policy;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.commands.demo.DemoNode;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that change the file, with the demo's guests in libvirt's test driver. */
class PolicyEditCommandTest {
    @TempDir private Path folder;
    private Path policy;
    private String before = "";
    private String connect = "";

    @BeforeEach
    void writeFiles() throws Exception {
        policy = DemoNode.writePolicy(folder.resolve("policy.json"));
        before = Files.readString(policy);
        connect = "--connect=" + DemoNode.uri(DemoNode.writeNode(folder.resolve("node.xml")));
    }

    private Outcome edit(String command, String... more) {
        List<String> all =
                new ArrayList<>(List.of("policy", command, "--policy=" + policy, connect));
        all.addAll(List.of(more));
        return Outcome.of(all.toArray(String[]::new));
    }

    private String text(List<String> lines) {
        return String.join("\n", lines).replace(folder.toString(), "DIR");
    }

    @Test
    void aGuestsOwnRuleIsEditedAndNothingElse() {
        Outcome outcome = edit("set", "build-1", "maxConnections=3");
        assertThat(outcome.err()).isEmpty();
        assertThat(text(outcome.out()))
                .isEqualTo(
                        """
                        rules[1]@DIR/policy.json:15 is edited
                        build-1: maxConnections 2 → 3 (rules[1]@DIR/policy.json:15)\
                        """);
        assertThat(outcome.exitCode()).isZero();
        assertThat(policy)
                .content()
                .isEqualTo(before.replace("\"maxConnections\": 2", "\"maxConnections\": 3"));
    }

    @Test
    void aRuleIsInsertedForAGuestWithoutOneOfItsOwn() throws Exception {
        Outcome outcome = edit("set", "--json", "web-1", "weight=2");
        assertThat(outcome.err()).isEmpty();
        JsonNode json = new ObjectMapper().readTree(String.join("\n", outcome.out()));
        assertThat(json.at("/inserted").asBoolean()).isTrue();
        assertThat(json.at("/rule").asText()).isEqualTo("rules[2]@" + policy + ":16");
        assertThat(json.at("/changes/0/limits/0/limit").asText()).isEqualTo("weight");
        assertThat(json.at("/changes/0/limits/0/after/value").asInt()).isEqualTo(2);
        assertThat(policy).content().contains(DemoNode.WEB.uuid().toString());
    }

    @Test
    void whatIsUnsetIsInheritedAgain() {
        Outcome outcome = edit("unset", "build-1", "maxConnections");
        assertThat(text(outcome.out()))
                .isEqualTo(
                        """
                        rules[1]@DIR/policy.json:15 is edited
                        build-1: maxConnections 2 → 10 (rules[1]@DIR/policy.json:15)\
                        """);
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aTenantsLimitsAreSetAndUnsetInItsEntry() throws Exception {
        Outcome outcome = edit("set", "--tenant=acme", "maxConnections=30", "weight=2");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).containsExactly("tenants.acme is inserted");
        assertThat(outcome.exitCode()).isZero();
        assertThat(policy).content().contains("\"maxConnections\": 30").contains("\"acme\"");
        assertThat(edit("set", "--tenant", "acme", "weight=3").out())
                .containsExactly("tenants.acme is edited");

        String before = Files.readString(policy);
        Outcome unset = edit("unset", "--tenant=acme", "weight");
        assertThat(unset.err()).isEmpty();
        assertThat(unset.out()).containsExactly("tenants.acme is edited");
        assertThat(policy).content().isEqualTo(before.replace(", \"weight\": 3", ""));
    }

    @Test
    void whatATenantDoesNotHaveCannotBeUnset() {
        edit("set", "--tenant=acme", "maxConnections=30");
        Outcome key = edit("unset", "--tenant=acme", "maxConnection");
        assertThat(key.exitCode()).isEqualTo(1);
        assertThat(key.err())
                .singleElement()
                .asString()
                .endsWith(
                        "there is no \"maxConnection\" to unset; did you mean \"maxConnections\"?");
        assertThat(edit("unset", "--tenant=acm", "weight").err())
                .singleElement()
                .asString()
                .endsWith("there is no entry \"acm\" in tenants to unset");
        assertThat(edit("unset", "--tenant=acme").exitCode()).isEqualTo(64);
    }

    @Test
    void anIncidentIsOverWhenDenyIsUnset() throws Exception {
        assertThat(text(edit("set", "build-1", "deny=true").out()))
                .contains("build-1: admitted → denied");
        Outcome undone = edit("unset", "build-1", "deny");
        assertThat(text(undone.out())).contains("build-1: denied → admitted");
        assertThat(policy).content().isEqualTo(before);
    }

    @Test
    void aUuidDoesWithoutLibvirtAndSaysWhatThatMeans() {
        connect = "--connect=test:///nonexistent/node.xml";
        Outcome outcome = edit("set", DemoNode.BUILD.uuid().toString(), "maxConnections=3");
        assertThat(outcome.err())
                .singleElement()
                .asString()
                .startsWith(
                        "clamd-vproxy policy set: warning: libvirt at test:///nonexistent/node.xml: ")
                .endsWith(
                        "; only its UUID is known, so rules that ask for a name, a CID or a class were passed over");
        assertThat(outcome.exitCode()).isZero();
        assertThat(policy).content().contains("\"maxConnections\": 3");
        assertThat(edit("set", "build-1", "maxConnections=4").exitCode()).isEqualTo(69);
        assertThat(policy).content().doesNotContain("\"maxConnections\": 4,");
    }

    @ParameterizedTest
    @CsvSource({
        "64, set build-1 maxConnections",
        "64, set build-1 =3",
        "64, set build-1 weight=1 weight=2",
        "64, set build-1",
        "1, set build-1 maxConnections=many",
        "1, set nobody maxConnections=3",
        "1, unset build-1 weight",
        "1, unset web-1 weight"
    })
    void whatCannotBeLeavesTheFileAsItIs(int exitCode, String arguments) {
        String[] words = arguments.split(" ", 2);
        Outcome outcome = edit(words[0], words[1].split(" ", -1));
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasSize(1);
        assertThat(policy).content().isEqualTo(before);
    }

    @Test
    void aFileThatWasWrongBeforeIs78() throws Exception {
        Files.writeString(policy, "{\"version\": 2}");
        Outcome outcome = edit("set", "build-1", "maxConnections=3");
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(text(outcome.err()))
                .startsWith("clamd-vproxy policy set: DIR/policy.json:1:13: ");
        assertThat(policy).content().isEqualTo("{\"version\": 2}");
    }
}
