package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page about the control socket says what a running daemon does. */
@Tag("libvirt")
@Timeout(60)
class ControlPageTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```json\\n(.*?)\\n```");

    /** Their keys are names that differ from daemon to daemon. */
    private static final Set<String> FREE =
            Set.of("verdicts", "terminations", "files", "wouldRefuse");

    private static final String POLICY =
            """
            {"version": 1, "tenants": {"acme": {"maxConnections": 60}}, "rules": [
              {"match": {"name": "web-*"}, "dryRun": true, "maxConnections": 1},
              {"match": {"name": "web-*"}, "tenant": "acme"}]}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static List<String> examples() throws Exception {
        List<String> all = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(Files.readString(Path.of("CONTROL.md")));
        while (matcher.find()) {
            all.add(matcher.group(1));
        }
        return all;
    }

    @Test
    void everyExampleHasTheKeysOfARealReply() throws Exception {
        List<String> examples = examples();
        assertThat(examples).hasSizeGreaterThan(20);
        Set<String> asked = new TreeSet<>();
        try (TemporaryFolder folder = TemporaryFolder.create();
                StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"));
                Stage stage =
                        Stage.with(clamd.socket())
                                .guests(new TestGuest("web-1", 3))
                                .policy(POLICY)
                                .audit(new AuditSettings(folder.path().resolve("audit.log"), 0, 1))
                                .start();
                GuestClient upload = stage.guest("web-1").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection _ = clamd.accept();
                GuestClient control = GuestClient.at(stage.folder().resolve("control"))) {
            for (int i = 0; i < examples.size(); i += 2) {
                ObjectNode request = (ObjectNode) JSON.readTree(examples.get(i));
                asked.add(request.get("command").textValue());
                if (request.has("session")) {
                    request.put("session", 1);
                }
                control.says(request + "\n");
                JsonNode reply = JSON.readTree(control.hearsLine());
                JsonNode documented = JSON.readTree(examples.get(i + 1));
                assertSameKeys(documented, reply, request + " → " + reply);
                assertThat(reply.get("ok")).as(request.toString()).isEqualTo(documented.get("ok"));
            }
            assertThat(upload.hears()).contains("Ended by the administrator. ERROR");
            assertThat(commands(control)).isEqualTo(asked);
        }
    }

    /** What the daemon says that there is. */
    private static Set<String> commands(GuestClient control) throws Exception {
        control.says("{\"command\":\"\"}\n");
        String error = JSON.readTree(control.hearsLine()).get("error").textValue();
        return new TreeSet<>(List.of(error.replaceAll(".*there are ", "").split(", ")));
    }

    private static void assertSameKeys(JsonNode documented, JsonNode real, String where) {
        if (documented.isObject() && real.isObject()) {
            assertThat(names(documented)).as(where).isEqualTo(names(real));
            for (String name : names(documented)) {
                if (!FREE.contains(name)) {
                    assertSameKeys(documented.get(name), real.get(name), where + " " + name);
                }
            }
        } else if (documented.isArray() && real.isArray()) {
            if (!documented.isEmpty() && !real.isEmpty()) {
                assertSameKeys(documented.get(0), real.get(0), where + "[0]");
            }
        } else if (!real.isNull()) {
            assertThat(documented.getNodeType()).as(where).isEqualTo(real.getNodeType());
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
