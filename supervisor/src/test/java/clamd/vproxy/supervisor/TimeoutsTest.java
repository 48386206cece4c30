package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every timeout by itself: the one under test is short, all others long, and a text names it. What
 * clamd does, or does not, is in the test's hands.
 */
@Tag("libvirt")
@Timeout(60)
class TimeoutsTest {
    private TemporaryFolder folder;
    private StandInClamd clamd;

    @BeforeEach
    void startClamd() throws Exception {
        folder = TemporaryFolder.create();
        clamd = StandInClamd.at(folder.path().resolve("c"));
    }

    @AfterEach
    void stopClamd() throws Exception {
        clamd.close();
        folder.close();
    }

    private Stage stageWith(String limit) throws Exception {
        return Stage.with(clamd.socket()).defaults(limit).start();
    }

    private static void assertEnd(
            Stage stage, GuestClient client, String text, String verdict, String termination)
            throws Exception {
        assertThat(client.hears()).isEqualTo(text);
        client.leaves();
        Line line = stage.sessions().next();
        assertThat(line.value("domain")).isEqualTo("a");
        assertThat(line.value("verdict")).isEqualTo(verdict);
        assertThat(line.value("termination")).isEqualTo(termination);
    }

    @Test
    void aCommandThatIsNeverTerminatedIsRefused() throws Exception {
        try (Stage stage = stageWith("\"commandTimeout\": \"1s\"")) {
            assertEnd(
                    stage,
                    stage.guest("a").says("zPING"),
                    "Command timeout exceeded. ERROR\0",
                    "error",
                    "command-timeout");
        }
    }

    @Test
    void aSilentConnectionIsRefused() throws Exception {
        try (Stage stage = stageWith("\"commandTimeout\": \"100ms\"")) {
            assertEnd(
                    stage,
                    stage.guest("a"),
                    "Command timeout exceeded. ERROR\n",
                    "error",
                    "command-timeout");
        }
    }

    @Test
    void silenceInsideAChunkEndsTheStream() throws Exception {
        try (Stage stage = stageWith("\"readTimeout\": \"1s\"")) {
            GuestClient client = stage.guest("a").says("zINSTREAM\0").begins(10, new byte[4]);
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertEnd(stage, client, "Read timeout exceeded. ERROR\0", "error", "read-timeout");
                assertThat(connection.readsToTheEnd()).isEqualTo("zINSTREAM\0\0\0\0\12\0\0\0\0");
            }
        }
    }

    @Test
    void silenceBehindTheCommandEndsTheStreamAndClamdNeverHearsOfIt() throws Exception {
        try (Stage stage = stageWith("\"readTimeout\": \"1s\"")) {
            assertEnd(
                    stage,
                    stage.guest("a").says("nINSTREAM\n"),
                    "Read timeout exceeded. ERROR\n",
                    "error",
                    "read-timeout");
            // had there been a connection, it would come before this one
            GuestClient ping = stage.guest("a").says("zPING\0");
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertThat(connection.reads(6)).isEqualTo("zPING\0");
                connection.answers("PONG\0");
            }
            assertThat(ping.hears()).isEqualTo("PONG\0");
            ping.leaves();
        }
    }

    @Test
    void anUploadThatNeverEndsIsStopped() throws Exception {
        try (Stage stage = stageWith("\"streamTimeout\": \"2s\"")) {
            GuestClient client = stage.guest("a").says("zINSTREAM\0").chunk(new byte[4]);
            assertEnd(stage, client, "Stream timeout exceeded. ERROR\0", "error", "stream-timeout");
        }
    }

    @Test
    void aGuestThatTricklesForEverIsStoppedByTheStreamTimeout() throws Exception {
        try (Stage stage = stageWith("\"streamTimeout\": \"1s\", \"readTimeout\": \"20s\"")) {
            GuestClient client = stage.guest("a").says("zINSTREAM\0");
            try (StandInClamd.Connection connection = trickle(client)) {
                assertEnd(
                        stage,
                        client,
                        "Stream timeout exceeded. ERROR\0",
                        "error",
                        "stream-timeout");
                assertThat(connection.readsToTheEnd()).isEmpty();
            }
        }
    }

    /** Sends a small chunk each time clamd has got the one before, until the guest is refused. */
    private StandInClamd.Connection trickle(GuestClient client) throws Exception {
        byte[] piece = new byte[300];
        client.begins(piece.length, piece);
        StandInClamd.Connection connection = clamd.accept();
        int heard = connection.reads(10 + 4 + piece.length).length();
        while (heard >= piece.length) {
            client.begins(piece.length, piece);
            heard = connection.reads(4 + piece.length).length();
        }
        return connection;
    }

    @Test
    void aScanThatTakesTooLongIsGivenUp() throws Exception {
        try (Stage stage = stageWith("\"streamTimeout\": \"2s\"")) {
            GuestClient client = stage.guest("a").streams(new byte[4]);
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertThat(connection.reads(22)).hasSize(22);
                assertEnd(
                        stage,
                        client,
                        "Stream timeout exceeded. ERROR\0",
                        "error",
                        "stream-timeout");
            }
        }
    }

    @Test
    void aPingThatClamdDoesNotAnswerIsGivenUp() throws Exception {
        try (Stage stage = stageWith("\"readTimeout\": \"1s\"")) {
            assertEnd(
                    stage,
                    stage.guest("a").says("zPING\0"),
                    "Scanner timeout exceeded. ERROR\0",
                    "error",
                    "clamd-timeout");
        }
    }

    @Test
    void aStreamThatFindsNoPlaceAtClamdIsRefusedAfterTheQueueTimeout() throws Exception {
        Stage.Plan plan =
                Stage.with(clamd.socket())
                        .hostMaxUploads(1)
                        .policy(
                                """
                                {"version": 1, "rules": [
                                  {"match": {"name": "a"}, "queueTimeout": "1s"},
                                  {"match": {"name": "b"}}]}
                                """);
        try (Stage stage = plan.start();
                GuestClient other = stage.guest("b").says("zINSTREAM\0").chunk(new byte[1]);
                StandInClamd.Connection held = clamd.accept()) {
            assertEnd(
                    stage,
                    stage.guest("a").streams(new byte[1]),
                    "Queue timeout exceeded. ERROR\0",
                    "error",
                    "queue-timeout");
            other.end();
            assertThat(held.reads(19)).hasSize(19);
            held.answers("stream: OK\0");
            assertThat(other.hears()).isEqualTo("stream: OK\0");
        }
    }
}
