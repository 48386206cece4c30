package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A rule that is tried out on a guest that is served. */
@Tag("libvirt")
@Timeout(120)
class DryRunTest {
    private static final String POLICY =
            """
            {"version": 1,
             "rules": [{"match": {"name": "a"}, "dryRun": true, "maxStreamSize": 2},
                       {"match": {"name": "*"}, "maxStreamSize": 4}]}
            """;

    private TemporaryFolder folder;
    private AnsweringClamd clamd;

    @BeforeEach
    void startClamd() throws Exception {
        folder = TemporaryFolder.create();
        clamd = new AnsweringClamd(folder.path().resolve("c"));
    }

    @AfterEach
    void stopClamd() throws Exception {
        clamd.close();
        folder.close();
    }

    @Test
    void whatItWouldRefusePassesIsLoggedAndIsCounted() throws Exception {
        try (Stage stage = Stage.with(folder.path().resolve("c")).policy(POLICY).start()) {
            assertThat(scan(stage, "a", "ab")).isEqualTo("stream: OK\0");
            assertThat(stage.sessions().next().value("dry_run")).isEqualTo("-");

            assertThat(scan(stage, "a", "abc")).isEqualTo("stream: OK\0");
            Line passed = stage.sessions().next();
            assertThat(passed.value("termination")).isEqualTo("completed");
            assertThat(passed.value("rule")).startsWith("rules[1]@");
            assertThat(passed.value("dry_run")).isEqualTo("stream-limit");
            assertThat(passed.value("dry_run_rule")).startsWith("rules[0]@");

            assertThat(scan(stage, "a", "abcde")).startsWith("INSTREAM size limit exceeded.");
            assertThat(stage.sessions().next().value("dry_run"))
                    .as("refused anyway")
                    .isEqualTo("-");

            assertThat(scan(stage, "b", "abc")).isEqualTo("stream: OK\0");
            assertThat(stage.sessions().next().value("dry_run")).isEqualTo("-");

            ControlReply.Guests reply = stage.asks("guests", ControlReply.Guests.class);
            GuestView.DryRun tried = reply.guests().get(0).dryRun();
            if (tried == null) {
                throw new AssertionError("nothing is tried");
            }
            assertThat(tried.rule()).startsWith("rules[0]@");
            assertThat(tried.wouldRefuse()).isEqualTo(Map.of("stream-limit", 1L));
            assertThat(reply.guests().get(1).dryRun()).isNull();
        }
    }

    private static String scan(Stage stage, String guest, String content) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            return client.streams(content.getBytes(ISO_8859_1)).hears();
        }
    }
}
