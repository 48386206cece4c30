package clamd.vproxy.supervisor.commands.live;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that ask a running daemon, here one in this process. */
@Tag("libvirt")
@Timeout(60)
class ControlCommandTest extends ControlCommandFixture {
    @Test
    void aReloadPrintsWhatItChanged() throws Exception {
        Files.writeString(file, "{\"version\": 1, \"defaults\": {\"weight\": 2}}");
        Outcome outcome = Outcome.of("policy", "reload", socket());
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).hasSize(3);
        assertThat(outcome.out().get(0)).isEqualTo("a: weight 1 → 2 (unmatched)");
        assertThat(outcome.out().get(1)).isEqualTo("b: weight 1 → 2 (unmatched)");
        assertThat(outcome.out().get(2))
                .startsWith(file + " is in force since 2")
                .contains("Z, revision 2-")
                .contains("; guests then: 2, changed: 2");
        assertThat(Outcome.of("policy", "reload", socket()).out().getLast())
                .endsWith("; guests then: 2, changed: 2; nothing has changed since");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void aReloadOfAWrongFileNamesAllProblemsAndEndsWith78() throws Exception {
        Files.writeString(file, "{\"version\": 1,\n\"defaults\": {\"weight\": 0},\n\"rulez\": []}");
        Outcome outcome = Outcome.of("policy", "reload", socket());
        assertThat(outcome.exitCode()).isEqualTo(78);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasSize(3);
        assertThat(outcome.err().get(0)).contains(file + ":2:24: /defaults/weight: ");
        assertThat(outcome.err().get(1)).contains(file + ":3:1: ");
        assertThat(outcome.err().get(2)).contains("is wrong and changes nothing");

        Outcome asJson = Outcome.of("policy", "reload", "--json", socket());
        assertThat(asJson.exitCode()).isEqualTo(78);
        assertThat(json(asJson).get("ok").booleanValue()).isFalse();
        assertThat(json(asJson).get("problems")).hasSize(2);
    }

    @Test
    void theStatusIsForPeopleAndForPrograms() throws Exception {
        Outcome text = Outcome.of("status", socket());
        assertThat(text.exitCode()).isZero();
        assertThat(text.out()).hasSize(6);
        assertThat(text.out().get(0)).startsWith("Policy: " + file + ", revision 1-");
        assertThat(text.out().get(1))
                .matches("libvirt at test://.*: connected since 2.*, last list 2.*, guests: 2");
        assertThat(text.out().get(2))
                .matches(
                        "clamd at /nonexistent/clamd.sock: up since 2.*, uploads: 0 of 50, scans: 0 of 8");
        assertThat(text.out().get(3))
                .matches(
                        "Listening: /.*, sockets: 2, handed over by systemd: 0, connections are"
                                + " refused during a restart");
        assertThat(text.out().get(4)).isEqualTo("Guests: 2, sessions: 0");
        assertThat(text.out().get(5)).matches("Version: \\S+, commit \\S+, started 2.*Z");

        JsonNode json = json(Outcome.of("status", "--json", socket()));
        assertThat(json.get("policy").get("lastError").isNull()).isTrue();
        assertThat(json.get("libvirt").get(0).get("connected").booleanValue()).isTrue();
        assertThat(json.get("guests").intValue()).isEqualTo(2);
        JsonNode clamd = json.get("clamds").get(0);
        assertThat(clamd.get("endpoint").textValue()).isEqualTo("/nonexistent/clamd.sock");
        assertThat(clamd.get("up").booleanValue()).isTrue();
        assertThat(clamd.get("since").textValue()).startsWith("2");
        assertThat(clamd.get("lastError").isNull()).isTrue();
        assertThat(clamd.get("uploads").intValue()).isZero();
        assertThat(clamd.get("uploadPlaces").intValue()).isEqualTo(50);
        assertThat(clamd.get("scans").intValue()).isZero();
        assertThat(clamd.get("scanSlots").intValue()).isEqualTo(8);
    }

    @Test
    void aClamdThatIsDownIsInTheStatusWithItsReason() throws Exception {
        try (GuestClient guest = stage.guest("a")) {
            assertThat(guest.says("zPING\0").hears()).isEqualTo("Scanner not available. ERROR\0");
        }
        Outcome outcome = Outcome.of("status", socket());
        assertThat(outcome.out().get(2))
                .startsWith("clamd at /nonexistent/clamd.sock: down since 2");
        assertThat(outcome.out().get(3)).isEqualTo("  No such file or directory");
    }

    @Test
    void aWrongFileIsInTheStatus() throws Exception {
        Files.writeString(file, "{");
        assertThat(Outcome.of("policy", "reload", socket()).exitCode()).isEqualTo(78);
        Outcome outcome = Outcome.of("status", socket());
        assertThat(outcome.out().get(1)).startsWith("  The file has had errors since 2");
        assertThat(outcome.out().get(2)).startsWith("  " + file + ":1:");
    }

    @Test
    void pausesAndDrainsAreReportedAsTheyAreNow() throws Exception {
        assertThat(Outcome.of("pause", "a", socket()).out())
                .containsExactly("a: paused; connections: 0, waiting: 0");
        assertThat(Outcome.of("drain", "--all", socket()).out())
                .containsExactly("All guests: draining; connections: 0, waiting: 0");
        assertThat(Outcome.of("resume", "a", socket()).out())
                .containsExactly("a: draining, as all guests are; connections: 0, waiting: 0");
        assertThat(Outcome.of("status", socket()).out())
                .contains("New connections of all guests: draining");
        assertThat(Outcome.of("resume", "--all", socket()).out())
                .containsExactly("All guests: open; connections: 0, waiting: 0");
        JsonNode json = json(Outcome.of("drain", "b", "--json", socket()));
        assertThat(json.get("state").textValue()).isEqualTo("draining");
    }

    @Test
    void openSessionsAreListedAndKilled() throws Exception {
        assertThat(Outcome.of("pause", "a", socket()).exitCode()).isZero();
        try (GuestClient guest = stage.guest("a").says("zPING\0")) {
            Eventually.holds("a session", () -> Outcome.of("sessions", socket()).out().size() == 2);
            List<String> lines = Outcome.of("sessions", "--guest=a", socket()).out();
            assertThat(lines.get(0).replaceAll(" +", " "))
                    .isEqualTo("SESSION GUEST COMMAND BYTES AGE IDLE FOR IT");
            assertThat(lines.get(1)).matches("1 +a +- +0 +\\d\\.\\ds.*s  waits for its turn");
            assertThat(Outcome.of("sessions", "--guest=b", socket()).out()).hasSize(1);
            assertThat(json(Outcome.of("sessions", "--json", socket())).get("sessions")).hasSize(1);

            assertThat(Outcome.of("kill", "1", socket()).out())
                    .containsExactly("Sessions told to end: 1");
            assertThat(guest.hears()).isEqualTo("Ended by the administrator. ERROR\0");
        }
        assertThat(
                        json(Outcome.of("kill", "--guest=a", "--json", socket()))
                                .get("killed")
                                .intValue())
                .isZero();
        Outcome none = Outcome.of("kill", "99", socket());
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err())
                .containsExactly("clamd-vproxy kill: the daemon says: there is no open session 99");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pause", "drain a --all", "kill", "kill 1 --guest=a", "kill x", "guest"})
    void incompleteCommandsDoNothing(String arguments) {
        Outcome outcome = Outcome.of(arguments.split(" ", -1));
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err()).singleElement().asString().endsWith("; try --help");
    }

    @Test
    void withoutADaemonTheCommandSaysWhatToDoAndEndsWith69() throws Exception {
        stage.stop();
        Outcome outcome = Outcome.of("status", socket());
        assertThat(outcome.exitCode()).isEqualTo(69);
        assertThat(outcome.err())
                .containsExactly(
                        "clamd-vproxy status: there is no "
                                + stage.folder().resolve("control")
                                + "; start the daemon, or name the socket that it listens on with"
                                + " --control-socket");
    }

    @Test
    void aSocketThatAKilledDaemonLeftIsNoDaemon() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path left = folder.path().resolve("left");
            try (ServerSocketChannel killed =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                killed.bind(UnixDomainSocketAddress.of(left));
            }
            Outcome outcome = Outcome.of("policy", "reload", "--control-socket=" + left);
            assertThat(outcome.exitCode()).isEqualTo(69);
            assertThat(outcome.err())
                    .singleElement()
                    .asString()
                    .contains("no daemon answers at " + left);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest", "drain", "pause", "resume"})
    void aNameThatBeginsWithAnAtSignNamesNoFile(String command) throws Exception {
        Path secrets =
                Files.writeString(stage.folder().resolve("secrets"), "--all token-1 token-2");
        for (String name : List.of("@" + secrets, "--all", "-x", "@", "a b", "ü")) {
            Outcome outcome = Outcome.of(command, socket(), "--", name);
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).hasSize(1);
            assertThat(outcome.err().getFirst())
                    .contains("\"" + name + "\"")
                    .doesNotContain("token");
        }
        assertThat(Outcome.of(command, socket(), "@" + secrets).err())
                .hasSize(1)
                .first()
                .asString()
                .contains("\"@" + secrets + "\"");
    }

    @Test
    void aGuestToKillMayHaveTheNameOfAnOption() {
        assertThat(Outcome.of("kill", socket(), "--guest=--all").err())
                .hasSize(1)
                .first()
                .asString()
                .contains("\"--all\"");
    }

    @Test
    void anExplanationHasTheDaemonsGuestsAndOptions() throws Exception {
        stage.close();
        stage =
                Stage.with("/nonexistent/clamd.sock")
                        .policy(
                                """
                                {"version": 1, "rules": [{"match": {"cid": 3}, "deny": true}]}
                                """)
                        .start();
        for (String guest : List.of("a", "3")) {
            Outcome outcome = Outcome.of("policy", "explain", socket(), guest);
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out().get(0)).contains("a, UUID ").contains("CID 3");
            assertThat(outcome.out().get(1)).startsWith("Rule: rules[0]@").endsWith(", denied");
        }
        Path other = Files.writeString(stage.folder().resolve("new.json"), "{\"version\": 1}");
        assertThat(Outcome.of("policy", "diff", socket(), other.toString()).out())
                .startsWith(
                        "a: denied → admitted (rules[0]@%s:1 → unmatched)"
                                .formatted(stage.folder().resolve("policy.json")))
                .endsWith("Running guests: 2, changed: 1");
    }
}
