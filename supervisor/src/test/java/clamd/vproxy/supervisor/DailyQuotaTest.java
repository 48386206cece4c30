package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A guest's daily quotas, over restarts of the daemon and edits of the policy file. A run over
 * midnight sees new counts.
 */
@Tag("libvirt")
@Timeout(120)
class DailyQuotaTest {
    private static final String OK = "stream: OK\0";
    private static final String NO_BYTES = "Daily byte quota exceeded. ERROR\0";
    private static final String NO_SCANS = "Daily scan quota exceeded. ERROR\0";

    private TemporaryFolder folder;
    private AnsweringClamd clamd;
    private Path state;

    @BeforeEach
    void startClamd() throws Exception {
        folder = TemporaryFolder.create();
        clamd = new AnsweringClamd(folder.path().resolve("c"));
        state = folder.path().resolve("usage.json");
    }

    @AfterEach
    void stopClamd() throws Exception {
        clamd.close();
        folder.close();
    }

    private Stage.Plan plan(String limits) {
        return Stage.with(folder.path().resolve("c")).stateFile(state).defaults(limits);
    }

    private static String scan(Stage stage, String guest, String content) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            return client.streams(content.getBytes(ISO_8859_1)).hears();
        }
    }

    private static List<GuestView> guests(Stage stage) throws Exception {
        return stage.asks("guests", ControlReply.Guests.class).guests();
    }

    private static void assertToday(
            GuestView guest,
            long bytes,
            @Nullable Long bytesLeft,
            int scans,
            @Nullable Long scansLeft) {
        assertThat(guest.today().bytes()).isEqualTo(bytes);
        assertThat(guest.today().bytesLeft()).isEqualTo(bytesLeft);
        assertThat(guest.today().scans()).isEqualTo(scans);
        assertThat(guest.today().scansLeft()).isEqualTo(scansLeft);
    }

    @Test
    void aRestartKeepsTheCounts() throws Exception {
        String limits = "\"maxDailyScans\": 3, \"maxDailyBytes\": \"1KiB\"";
        try (Stage stage = plan(limits).start()) {
            assertThat(scan(stage, "a", "abc")).isEqualTo(OK);
            assertThat(scan(stage, "a", "defg")).isEqualTo(OK);
            assertThat(guests(stage)).extracting(GuestView::name).containsExactly("a", "b");
            assertToday(guests(stage).get(0), 7, 1017L, 2, 1L);
        }
        assertThat(state).isRegularFile();
        // another CID, and so another place to be reached at
        try (Stage stage =
                plan(limits).guests(new TestGuest("a", 9), new TestGuest("b", 3)).start()) {
            assertToday(guests(stage).get(0), 7, 1017L, 2, 1L);
            assertToday(guests(stage).get(1), 0, 1024L, 0, 3L);
            assertThat(scan(stage, "a", "x")).isEqualTo(OK);
            assertThat(scan(stage, "a", "x")).isEqualTo(NO_SCANS);
            assertThat(scan(stage, "b", "x")).isEqualTo(OK);
            Line line =
                    stage.sessions().find(each -> each.value("termination").equals("daily-scans"));
            assertThat(line.value("verdict")).isEqualTo("refused");
            assertThat(line.value("domain")).isEqualTo("a");
        }
        try (Stage stage = plan(limits).start()) {
            // what a refused stream still sends counts for the day, too: nine bytes each time; the
            // guest has its reply before these bytes are read
            assertThat(scan(stage, "a", "x")).isEqualTo(NO_SCANS);
            Eventually.holds(
                    "the refused bytes are counted",
                    () -> guests(stage).get(0).today().bytes() >= 26);
            assertToday(guests(stage).get(0), 26, 998L, 3, 0L);
        }
    }

    @Test
    void whatASessionUsesWhileTheDaemonDrainsIsWritten() throws Exception {
        String limits = "\"maxDailyScans\": 1";
        try (StandInClamd slow = StandInClamd.at(folder.path().resolve("slow"));
                Stage stage = Stage.with(slow.socket()).stateFile(state).defaults(limits).start();
                GuestClient running = stage.guest("a").says("zINSTREAM\0").chunk(new byte[100]);
                StandInClamd.Connection held = slow.accept()) {
            assertThat(held.reads(10 + 4 + 100)).hasSize(114);
            Thread stopping = Thread.ofPlatform().daemon().name("test-stop").start(stage::stop);
            Eventually.holds("a stop", () -> !Files.exists(stage.socketOf("a")));
            running.end();
            assertThat(held.reads(4)).hasSize(4);
            held.answers(OK);
            assertThat(running.hears()).isEqualTo(OK);
            running.leaves();
            stopping.join();
        }
        try (Stage stage = plan(limits).start()) {
            assertToday(guests(stage).get(0), 100, null, 1, 0L);
        }
    }

    @Test
    void aReloadChangesTheLimitAndNotTheCount() throws Exception {
        try (Stage stage = plan("\"maxDailyBytes\": 5").start()) {
            assertThat(scan(stage, "a", "abcde")).isEqualTo(OK);
            assertThat(scan(stage, "a", "f")).isEqualTo(NO_BYTES);
            reload(stage, "\"maxDailyBytes\": 6");
            assertThat(scan(stage, "a", "f")).isEqualTo(OK);
            assertThat(scan(stage, "a", "g")).isEqualTo(NO_BYTES);
            reload(stage, "\"maxDailyScans\": 2");
            assertThat(scan(stage, "a", "g")).isEqualTo(NO_SCANS);
            assertThat(guests(stage).get(0).today().bytesLeft()).isNull();
            reload(stage, "\"maxDailyScans\": 3");
            assertThat(scan(stage, "a", "g")).isEqualTo(OK);
        }
    }

    private static void reload(Stage stage, String limits) throws Exception {
        Files.writeString(
                stage.folder().resolve("policy.json"),
                "{\"version\": 1, \"defaults\": {" + limits + "}}");
        ControlReply.Reload reply = stage.asks("policy reload", ControlReply.Reload.class);
        assertThat(reply.problems()).isEmpty();
    }

    @Test
    void aCorruptStateFileCostsNoStart() throws Exception {
        String limits = "\"maxDailyScans\": 1";
        try (Stage stage = plan(limits).start()) {
            assertThat(scan(stage, "a", "abc")).isEqualTo(OK);
        }
        byte[] whole = Files.readAllBytes(state);
        Files.write(state, Arrays.copyOf(whole, whole.length / 2));
        try (Stage stage = plan(limits).start()) {
            assertThat(scan(stage, "a", "abc")).isEqualTo(OK);
            assertThat(scan(stage, "a", "abc")).isEqualTo(NO_SCANS);
        }
        assertThat(folder.path().resolve("usage.json.corrupt")).isRegularFile();
    }
}
