package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.commands.demo.Eicar;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A clamd that is away, or goes away at the worst moment: always a text, never a verdict. */
@Tag("libvirt")
@Tag("clamd")
@Timeout(90)
class ClamdOutageTest {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final HealthTimes QUICK =
            new HealthTimes(
                    Duration.ofMillis(200),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(50),
                    Duration.ofMillis(200));

    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    private static void assertLogged(Stage stage, String command, String termination)
            throws Exception {
        Line line = stage.sessions().next();
        assertThat(line.value("domain")).isEqualTo("a");
        assertThat(line.value("cid")).isEqualTo("3");
        assertThat(line.value("rule")).isEqualTo("unmatched");
        assertThat(line.value("command")).isEqualTo(command);
        assertThat(line.value("verdict")).isEqualTo("error");
        assertThat(line.value("termination")).isEqualTo(termination);
    }

    private static String ping(Stage stage) throws IOException {
        try (GuestClient client = stage.guest("a")) {
            return client.says("zPING\0").hears();
        }
    }

    private static String scan(Stage stage) throws IOException {
        try (GuestClient client = stage.guest("a")) {
            return client.streams(Eicar.bytes()).hears();
        }
    }

    @Test
    void guestsAreRefusedWhileClamdIsDownAndServedAsSoonAsItIsBack() throws Exception {
        ClamdSetup setup = ClamdSetup.in(folder.path().resolve("c"));
        try (ClamdProcess clamd = new ClamdProcess(setup, System::nanoTime).start(START_LIMIT);
                Stage stage =
                        Stage.with(clamd.socket())
                                .healthTimes(HealthTimes.standard())
                                .defaults("\"queueTimeout\": \"10ms\"")
                                .hostMaxUploads(1)
                                .start()) {
            assertThat(ping(stage)).isEqualTo("PONG\0");
            assertThat(stage.sessions().next().value("verdict")).isEqualTo("answered");

            clamd.kill();
            for (int attempt = 0; attempt < 20; attempt++) {
                // more often than there are places at clamd: a failure must give its place back
                assertThat(ping(stage)).isEqualTo("Scanner not available. ERROR\0");
                assertLogged(stage, "PING", "clamd-unreachable");
                assertThat(scan(stage)).isEqualTo("Scanner not available. ERROR\0");
                assertLogged(stage, "INSTREAM", "clamd-unreachable");
            }

            clamd.start(START_LIMIT);
            Eventually.holds("its return is seen", () -> ping(stage).equals("PONG\0"));
            assertThat(scan(stage)).endsWith(" FOUND\0");
        }
    }

    @Test
    void aStreamWaitsWhileClamdIsRestarted() throws Exception {
        ClamdSetup setup = ClamdSetup.in(folder.path().resolve("c"));
        try (ClamdProcess clamd = new ClamdProcess(setup, System::nanoTime).start(START_LIMIT);
                Stage stage =
                        Stage.with(clamd.socket())
                                .healthTimes(HealthTimes.standard())
                                .defaults("\"queueTimeout\": \"60s\"")
                                .start()) {
            clamd.kill();
            try (GuestClient client = stage.guest("a")) {
                client.streams(Eicar.bytes());
                clamd.start(START_LIMIT);
                assertThat(client.hears()).endsWith(" FOUND\0");
            }
            Line line = stage.sessions().next();
            assertThat(line.value("verdict")).isEqualTo("infected");
        }
    }

    @Test
    void whileOneOfTwoClamdsIsAwayTheOtherServesAndThenBothDoAgain() throws Exception {
        ClamdSetup first = ClamdSetup.in(folder.path().resolve("c1"));
        ClamdSetup second = ClamdSetup.in(folder.path().resolve("c2"));
        try (ClamdProcess one = new ClamdProcess(first, System::nanoTime).start(START_LIMIT);
                ClamdProcess two = new ClamdProcess(second, System::nanoTime).start(START_LIMIT);
                LogTap health = LogTap.on("clamd.vproxy.worker.clamd");
                Stage stage = Stage.with(one.socket(), two.socket()).healthTimes(QUICK).start()) {
            assertThat(scan(stage)).endsWith(" FOUND\0");

            one.kill();
            for (int attempt = 0; attempt < 10; attempt++) {
                assertThat(scan(stage)).endsWith(" FOUND\0");
                assertThat(ping(stage)).isEqualTo("PONG\0");
            }
            // a look that was under way when it was killed finds another reason than the next one
            assertThat(health.next().message())
                    .startsWith("clamd at " + one.socket() + " is down: ");

            one.start(START_LIMIT);
            assertThat(health.next().message())
                    .startsWith("clamd at " + one.socket() + " is up again after ");
            two.kill();
            assertThat(scan(stage)).endsWith(" FOUND\0");
            assertThat(ping(stage)).isEqualTo("PONG\0");
        }
    }

    @Test
    void aClamdKilledDuringAnUploadEndsItWithATextAndTheNextOneIsScanned() throws Exception {
        ClamdSetup setup = ClamdSetup.in(folder.path().resolve("c"));
        try (ClamdProcess clamd = new ClamdProcess(setup, System::nanoTime).start(START_LIMIT);
                Stage stage = Stage.with(clamd.socket()).hostMaxUploads(1).start()) {
            try (GuestClient client = stage.guest("a")) {
                // far more than all socket buffers hold, so the relay has reached clamd
                client.says("zINSTREAM\0").begins(16 << 20, new byte[8 << 20]);
                clamd.kill();
                client.says(new byte[8 << 20]).end();
                assertThat(client.hears()).isEqualTo("Scanner closed the connection. ERROR\0");
            }
            assertLogged(stage, "INSTREAM", "clamd-closed");

            clamd.start(START_LIMIT);
            assertThat(scan(stage)).endsWith(" FOUND\0");
        }
    }

    @Test
    void aClamdCrashDuringAScanGivesNoVerdict() throws Exception {
        try (StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"));
                Stage stage = Stage.with(clamd.socket()).start()) {
            GuestClient client = stage.guest("a");
            client.streams("harmless".getBytes(US_ASCII));
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertThat(connection.reads(26)).isEqualTo("zINSTREAM\0\0\0\0\10harmless\0\0\0\0");
            }
            assertThat(client.hears()).isEqualTo("Scanner closed the connection. ERROR\0");
            client.leaves();
            assertLogged(stage, "INSTREAM", "clamd-closed");
        }
    }

    @Test
    void aReplyCutOffByClamdsDeathIsNoVerdict() throws Exception {
        try (StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"));
                Stage stage = Stage.with(clamd.socket()).start()) {
            GuestClient client = stage.guest("a");
            client.streams(new byte[1]);
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertThat(connection.reads(19)).hasSize(19);
                connection.answers("stream: OK");
            }
            assertThat(client.hears()).isEqualTo("Scanner reply not understood. ERROR\0");
            client.leaves();
            assertLogged(stage, "INSTREAM", "clamd-reply-malformed");
        }
    }

    @Test
    void aVerdictBeforeTheEndMarkerIsMalformed() throws Exception {
        try (StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"));
                Stage stage = Stage.with(clamd.socket()).start()) {
            GuestClient client = stage.guest("a");
            client.says("zINSTREAM\0").chunk(new byte[1]);
            try (StandInClamd.Connection connection = clamd.accept()) {
                assertThat(connection.reads(15)).hasSize(15);
                connection.answers("stream: OK\0");
            }
            client.chunk(new byte[1 << 20]).chunk(new byte[1 << 20]).end();
            assertThat(client.hears()).isEqualTo("Scanner reply not understood. ERROR\0");
            client.leaves();
            assertLogged(stage, "INSTREAM", "clamd-reply-malformed");
        }
    }

    @Test
    void aSessionAtASuspendedClamdEndsAtTheStreamTimeout() throws Exception {
        ClamdSetup setup = ClamdSetup.in(folder.path().resolve("c"));
        try (ClamdProcess clamd = new ClamdProcess(setup, System::nanoTime).start(START_LIMIT);
                Stage stage =
                        Stage.with(clamd.socket())
                                .defaults("\"readTimeout\": \"1s\", \"streamTimeout\": \"1s\"")
                                .start()) {
            clamd.suspend();
            assertThat(ping(stage)).isEqualTo("Scanner timeout exceeded. ERROR\0");
            assertLogged(stage, "PING", "clamd-timeout");
            assertThat(scan(stage)).isEqualTo("Stream timeout exceeded. ERROR\0");
            assertLogged(stage, "INSTREAM", "stream-timeout");

            clamd.resume();
            Eventually.holds("clamd answers again", () -> ping(stage).equals("PONG\0"));
        }
    }
}
