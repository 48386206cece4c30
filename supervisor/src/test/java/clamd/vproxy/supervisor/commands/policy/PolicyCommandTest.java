package clamd.vproxy.supervisor.commands.policy;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.PolicySchema;
import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.commands.demo.DemoNode;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that only read, with the demo's guests in libvirt's test driver. */
class PolicyCommandTest {
    private static final String NO_CLAMD = "--clamd=/nonexistent/ctl";

    @TempDir private Path folder;
    private Path policy;
    private String connect = "";

    @BeforeEach
    void writeFiles() throws Exception {
        policy = DemoNode.writePolicy(folder.resolve("policy.json"));
        Path node = DemoNode.writeNode(folder.resolve("node.xml"));
        // the database is switched off, with an address that somebody typed
        String xml = Files.readString(node);
        Files.writeString(
                node,
                xml.replace(
                        "<name>db-1</name>",
                        "<name>db-1</name><runstate"
                                + " xmlns=\"http://libvirt.org/schemas/domain/test/1.0\">5</runstate>"));
        connect = "--connect=" + DemoNode.uri(node);
    }

    /** Makes a file that differs from the policy file. */
    private Path edited(String from, String to) throws Exception {
        String text = Files.readString(policy);
        assertThat(text).contains(from);
        Path file = folder.resolve("new.json");
        Files.writeString(file, text.replace(from, to));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private Outcome asked(String command, String... more) {
        List<String> all =
                new ArrayList<>(List.of("policy", command, "--policy=" + policy, connect));
        all.addAll(List.of(more));
        return Outcome.of(all.toArray(String[]::new));
    }

    private String text(List<String> lines) {
        return String.join("\n", lines).replace(folder.toString(), "DIR");
    }

    private static JsonNode json(Outcome outcome) throws Exception {
        assertThat(outcome.err()).isEmpty();
        return new ObjectMapper().readTree(String.join("\n", outcome.out()));
    }

    @Test
    void aRunningGuestIsExplainedLimitByLimit() {
        Outcome outcome = asked("explain", "web-1");
        assertThat(text(outcome.err())).isEmpty();
        assertThat(text(outcome.out()).lines())
                .contains(
                        "maxChunkSize           25MiB                            built-in",
                        "maxByteRate            no limit                         built-in");
        assertThat(text(outcome.out()).lines().filter(line -> !line.endsWith("  built-in")))
                .containsExactlyElementsOf(
                        """
                        Guest: web-1, UUID 6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01, CID 3, class gold
                        Rule: rules[2]@DIR/policy.json:16
                        Tenant: none

                        LIMIT                  VALUE                            SOURCE
                        maxConnections         40                               classes.gold@DIR/policy.json:11
                        maxStreamSize          25MiB                            defaults@DIR/policy.json:6
                        commands               ["INSTREAM", "PING", "VERSION"]  defaults@DIR/policy.json:7
                        weight                 4                                classes.gold@DIR/policy.json:11

                        Passed over:
                          rules[0]@DIR/policy.json:14: name is "web-1", not "db-*"
                          rules[1]@DIR/policy.json:15: uuid is 6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01, not 6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a03\
                        """
                                .lines()
                                .toList());
        assertThat(outcome.exitCode()).isZero();
        assertThat(asked("explain", "6F0A7A54-3c1e-4f0b-9d55-0c2f5f1b7a01").out())
                .isEqualTo(outcome.out());
    }

    @Test
    void explainNotesThatAGuestWithoutHashesHasNoVerdictMemory() throws Exception {
        String note = "No verdict is remembered, for hashStreams is false.";
        assertThat(text(asked("explain", "web-1").out())).doesNotContain(note);
        policy = edited("\"defaults\": {", "\"defaults\": {\"hashStreams\": false, ");
        assertThat(text(asked("explain", "web-1").out()).lines()).contains(note);
        policy =
                edited(
                        "\"hashStreams\": false",
                        "\"hashStreams\": false, \"verdictMemory\": \"0s\"");
        assertThat(text(asked("explain", "web-1").out())).doesNotContain(note);
    }

    @Test
    void theCidOfAGuestThatIsOffIsNotKnown() throws Exception {
        JsonNode guest = json(asked("explain", "--json", "db-1")).get("guest");
        assertThat(guest.toString())
                .isEqualTo(
                        "{\"name\":\"db-1\",\"uuid\":\"6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a02\",\"cid\":null,\"classes\":[]}");
    }

    @Test
    void anInventedGuestNeedsNoLibvirt() {
        Outcome outcome =
                Outcome.of(
                        "policy",
                        "explain",
                        "--connect=test:///nonexistent",
                        "--policy=" + policy,
                        "--name=x",
                        "--cid=7");
        assertThat(outcome.err()).isEmpty();
        assertThat(text(outcome.out()))
                .isEqualTo(
                        """
                        Guest: x, CID 7
                        Rule: unmatched, denied
                        Tenant: none

                        Passed over:
                          rules[0]@DIR/policy.json:14: name is "x", not "db-*"
                          rules[1]@DIR/policy.json:15: no uuid is known; the rule wants 6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a03
                          rules[2]@DIR/policy.json:16: no metadataClass is known; the rule wants "gold\"\
                        """);
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aDryRunAndRulesBelowAreShownBesideWhatIsEnforced() throws Exception {
        policy = edited("\"name\": \"db-*\"}, ", "\"name\": \"*\"}, \"dryRun\": true, ");
        Outcome outcome =
                asked("explain", "--class=gold", "--uuid=6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a03");
        assertThat(outcome.err()).isEmpty();
        assertThat(text(outcome.out()))
                .contains(
                        "Rule: rules[1]@DIR/new.json:15\n",
                        "\n\nDry run, not enforced: rules[0]@DIR/new.json:14\n\nLIMIT ",
                        "\nmaxStreamSize          64KiB         rules[0]@DIR/new.json:14\n")
                .endsWith(
                        """

                        Passed over:
                          rules[0]@DIR/new.json:14: matches, but is a dry run

                        Would match, too, but stand below:
                          rules[2]@DIR/new.json:16\
                        """);
    }

    @Test
    void anExplanationAsJsonHasValuesAsTheFileMayHaveThem() throws Exception {
        JsonNode json = json(asked("explain", "--json", "build-1"));
        assertThat(json.at("/policy/rule").asText()).endsWith("policy.json:15");
        assertThat(json.at("/policy/limits/0").toString().replace(folder.toString(), "DIR"))
                .isEqualTo(
                        "{\"limit\":\"maxConnections\",\"value\":2,\"source\":\"rules[1]@DIR/policy.json:15\"}");
        assertThat(json.at("/policy/limits/2/value").asLong()).isEqualTo(25L << 20);
        assertThat(json.at("/policy/limits/5/value").asText()).isEqualTo("1m");
        assertThat(json.at("/policy/limits/8/value").toString())
                .isEqualTo("[\"INSTREAM\",\"PING\",\"VERSION\"]");
        assertThat(json.at("/dryRun").isNull()).isTrue();
        assertThat(json.at("/passedOver/0/reason").asText())
                .isEqualTo("name is \"build-1\", not \"db-*\"");
    }

    @Test
    void aGuestThatLibvirtDoesNotHaveIs1() {
        Outcome outcome = asked("explain", "nobody");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(text(outcome.err()))
                .isEqualTo(
                        "clamd-vproxy policy explain: libvirt at test://DIR/node.xml has no domain \"nobody\"; describe a guest that does not exist yet by --name, --uuid, --cid, --class");
    }

    @Test
    void aLibvirtThatIsNotToBeHadIs69() {
        connect = "--connect=test:///nonexistent/node.xml";
        for (Outcome outcome :
                List.of(asked("explain", "web-1"), asked("diff", policy.toString()))) {
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .singleElement()
                    .asString()
                    .contains(": libvirt at test:///nonexistent/node.xml: ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "explain | name a GUEST, or describe one by --name, --uuid, --cid, --class",
                "explain web-1 --cid=7 | GUEST and a description contradict each other; drop one",
                "explain --uuid=1-2-3-4-5 | --uuid: \"1-2-3-4-5\" is not a UUID",
                "explain --cid=2 | --cid must be between 3 and 4294967294, not 2",
                "diff | Missing required parameter: 'FILE'; try --help",
                "check a b | Unmatched argument at index 3: 'b'; try --help"
            })
    void whatMakesNoSenseIs64(String arguments, String message) {
        Outcome outcome = Outcome.of(("policy " + arguments).split(" ", -1));
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy policy " + arguments.split(" ", 2)[0] + ": " + message);
    }

    @Test
    void aDifferenceIsALineForEachRunningGuestThatItConcerns() throws Exception {
        Path file =
                edited("\"gold\": {\"maxConnections\": 40", "\"gold\": {\"maxConnections\": 20");
        // the database's limits change, too, but it does not run
        Files.writeString(file, Files.readString(file).replace("64KiB", "1KiB"));
        Outcome outcome = asked("diff", file.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(text(outcome.out()))
                .isEqualTo(
                        """
                        web-1: maxConnections 40 → 20 (rules[2]@DIR/policy.json:16 → rules[2]@DIR/new.json:16)
                        Running guests: 2, changed: 1\
                        """);
        assertThat(outcome.exitCode()).isEqualTo(1);

        JsonNode json = json(asked("diff", "--json", file.toString()));
        assertThat(json.at("/runningGuests").asInt()).isEqualTo(2);
        assertThat(json.at("/changes")).hasSize(1);
        assertThat(json.at("/changes/0/guest/cid").asInt()).isEqualTo(3);
        assertThat(json.at("/changes/0/limits").toString().replace(folder.toString(), "DIR"))
                .isEqualTo(
                        "[{\"limit\":\"maxConnections\",\"before\":{\"value\":40,\"source\":\"classes.gold@DIR/policy.json:11\"},\"after\":{\"value\":20,\"source\":\"classes.gold@DIR/new.json:11\"}}]");
    }

    @Test
    void noDifferenceIsZero() {
        Outcome outcome = asked("diff", policy.toString());
        assertThat(outcome.out()).containsExactly("Running guests: 2, changed: 0");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aWrongFileIs78ForAllWithItsPlace() throws Exception {
        Path wrong = edited("\"64KiB\"", "\"64 Kib\"");
        for (String command : List.of("check", "diff")) {
            Outcome outcome =
                    command.equals("diff")
                            ? Outcome.of("policy", command, "--offline", wrong.toString())
                            : Outcome.of("policy", command, wrong.toString());
            assertThat(outcome.exitCode()).isEqualTo(78);
            assertThat(outcome.out()).isEmpty();
            assertThat(text(outcome.err()))
                    .startsWith(
                            "clamd-vproxy policy "
                                    + command
                                    + ": DIR/new.json:14:50: /rules/0/maxStreamSize: \"64 Kib\" is not a size");
        }
        Outcome outcome = Outcome.of("policy", "check", "--json", wrong.toString());
        assertThat(outcome.exitCode()).isEqualTo(78);
        JsonNode json = json(outcome);
        assertThat(json.at("/correct").asBoolean()).isFalse();
        assertThat(json.at("/problems")).hasSize(1);
        assertThat(json.at("/problems/0/line").asInt()).isEqualTo(14);
        assertThat(json.at("/problems/0/column").asInt()).isEqualTo(50);
        assertThat(json.at("/problems/0/pointer").asText()).isEqualTo("/rules/0/maxStreamSize");
    }

    @Test
    void aCorrectFileIsZeroAndOneLine() throws Exception {
        Outcome outcome = Outcome.of("policy", "check", NO_CLAMD, policy.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(text(outcome.out()))
                .isEqualTo("DIR/policy.json is correct, revision 17d960adf576");
        assertThat(outcome.exitCode()).isZero();
        JsonNode json = json(Outcome.of("policy", "check", "--json", NO_CLAMD, policy.toString()));
        assertThat(json.toString().replace(folder.toString(), "DIR"))
                .isEqualTo(
                        "{\"file\":\"DIR/policy.json\",\"correct\":true,\"revision\":\"17d960adf576\",\"problems\":[],\"warnings\":null,\"ruleWarnings\":[]}");
    }

    @Test
    void aLimitAboveClamdsOwnIsAWarningAndStillZero() throws Exception {
        Path conf =
                Files.writeString(
                        folder.resolve("clamd.conf"),
                        """
                        LocalSocket /run/clamav/clamd.ctl
                        LocalSocketMode 660
                        StreamMaxLength 200M
                        MaxFileSize 10M
                        MaxScanSize 10M
                        AlertExceedsMax yes
                        DisableCache yes
                        """);
        Outcome outcome = Outcome.of("policy", "check", "--clamd-conf=" + conf, policy.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).hasSize(2);
        assertThat(outcome.out().get(1))
                .startsWith("WARNING  stream size: ours 25MiB, clamd's 10MiB (MaxFileSize): ");
        assertThat(outcome.exitCode()).isZero();
        JsonNode json =
                json(
                        Outcome.of(
                                "policy",
                                "check",
                                "--json",
                                "--clamd-conf=" + conf,
                                policy.toString()));
        assertThat(json.at("/warnings")).hasSize(1);
        assertThat(json.at("/warnings/0/subject").asText()).isEqualTo("stream size");
    }

    @Test
    void theSchemaIsPrintedAsItIs() throws Exception {
        Outcome outcome = Outcome.of("policy", "schema");
        assertThat(outcome.out()).isEqualTo(PolicySchema.text().lines().toList());
        assertThat(json(outcome).at("/properties/version/const").asInt()).isEqualTo(1);
        assertThat(Outcome.of("policy", "schema", "--json")).isEqualTo(outcome);
    }

    @Test
    void rulesThatMatchNoGuestCauseAWarning() throws Exception {
        Path file = folder.resolve("odd.json");
        Files.writeString(
                file,
                "{\"version\": 1, \"rules\": [{\"match\": {\"name\": \"web-[0-9]*\"}, \"deny\": true}]}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Outcome outcome = Outcome.of("policy", "check", file.toString(), NO_CLAMD);
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).hasSize(2);
        assertThat(outcome.out().get(0)).endsWith(", warnings of rules: 1");
        assertThat(outcome.out().get(1))
                .startsWith(
                        "WARNING  rules[0]@" + file + ":1: name \"web-[0-9]*\" is taken literally");
        JsonNode report = json(Outcome.of("policy", "check", file.toString(), NO_CLAMD, "--json"));
        assertThat(report.get("ruleWarnings")).hasSize(1);
        assertThat(Outcome.of("check", "--policy=" + file, NO_CLAMD).exitCode()).isEqualTo(1);
    }
}
