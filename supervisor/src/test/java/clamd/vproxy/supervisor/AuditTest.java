package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.audit.OcsfSchema;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the whole daemon leaves in its audit file. */
@Tag("libvirt")
@Timeout(60)
class AuditTest {
    private static final byte[] FILE = "X5O!P%@AP, or so".getBytes(US_ASCII);

    @TempDir private Path folder;
    private StandInClamd clamd;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        clamd = StandInClamd.at(folder.resolve("clamd"));
        stage =
                Stage.with(clamd.socket())
                        .policy(
                                """
                                {"version": 1,
                                 "rules": [{"match": {"name": "b"}, "hashStreams": false}]}
                                """)
                        .audit(new AuditSettings(folder.resolve("audit.log"), 0, 1))
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
    }

    private List<JsonNode> events() throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("audit.log"))) {
            events.add(OcsfSchema.valid(line));
        }
        return events;
    }

    private Line scan(String guest, String answer) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            client.streams(FILE);
            try (StandInClamd.Connection connection = clamd.accept()) {
                connection.reads("zINSTREAM\0".length() + 4 + FILE.length + 4);
                connection.answers(answer);
                client.hears();
            }
        }
        return stage.sessions().next();
    }

    @Test
    void anInfectedStreamIsInTheFileWhenTheLogTellsOfIt() throws Exception {
        scan("a", "stream: OK\0");
        Line line = scan("a", "stream: Win.Test \"x\" FOUND\0");

        JsonNode event = events().getFirst();
        String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(FILE));
        assertThat(events()).hasSize(1);
        assertThat(event.at("/raw_data").asText()).isEqualTo("stream: Win.Test \"x\" FOUND");
        assertThat(event.at("/unmapped/domain").asText()).isEqualTo("a");
        assertThat(event.at("/unmapped/uuid").asText()).isEqualTo(line.value("uuid"));
        assertThat(event.at("/unmapped/cid").asLong()).isEqualTo(3);
        assertThat(event.at("/unmapped/epoch").asText()).startsWith(line.value("uuid") + "/");
        assertThat(event.at("/unmapped/rule").asText()).isEqualTo("unmatched");
        assertThat(event.at("/unmapped/session").asText()).isEqualTo(line.value("session"));
        assertThat(event.at("/evidences/0/file/size").asInt()).isEqualTo(FILE.length);
        assertThat(event.at("/evidences/0/file/hashes/0/value").asText()).isEqualTo(hash);
        assertThat(line.value("sha256")).isEqualTo(hash);
        assertThat(line.value("raw")).isEqualTo("Win.Test 'x' FOUND");
        assertThat(stage.asks("status", DaemonStatus.class).audit())
                .contains(
                        new AuditStatus(
                                folder.resolve("audit.log"),
                                1,
                                0,
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void theRevisionIsTheOneThatTheSessionWasServedUnder() throws Exception {
        String before = stage.asks("status", DaemonStatus.class).policy().revision();
        scan("a", "stream: X FOUND\0");
        Files.writeString(stage.folder().resolve("policy.json"), "{\"version\": 1}");
        stage.asks("policy reload", Object.class);
        String after = stage.asks("status", DaemonStatus.class).policy().revision();
        scan("a", "stream: X FOUND\0");

        assertThat(before).startsWith("1-");
        assertThat(after).startsWith("2-");
        assertThat(events())
                .extracting(event -> event.at("/unmapped/policy_revision").asText())
                .containsExactly(before, after);
    }

    @Test
    void aPolicyCanTurnTheHashOff() throws Exception {
        scan("b", "stream: X FOUND\0");

        assertThat(events().getFirst().at("/evidences/0/file/hashes").isMissingNode()).isTrue();
    }

    @Test
    void blockedCommandsAreInTheFileAsFarAsTheirBound() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (GuestClient client = stage.guest("a")) {
                client.says("zSHUTDOWN\0").hears();
            }
            stage.sessions().next();
        }
        try (GuestClient client = stage.guest("b")) {
            client.says("nSCAN /etc/shadow\n").hears();
        }
        stage.sessions().next();
        stage.stop();

        assertThat(events())
                .extracting(event -> event.at("/unmapped/domain").asText())
                .filteredOn("a"::equals)
                .hasSize(10);
        assertThat(events().getLast().at("/unmapped/domain").asText()).isEqualTo("b");
        // no more of it is read than tells that it is not allowed
        assertThat(events().getLast().at("/raw_data").asText()).isNotEmpty();
    }
}
