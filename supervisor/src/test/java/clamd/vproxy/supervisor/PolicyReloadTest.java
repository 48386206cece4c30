package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.sources.policy.PolicyStatus;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an edit of the policy file does to guests that are being served. */
@Tag("libvirt")
@Timeout(60)
class PolicyReloadTest {
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

    private Stage.Plan plan() {
        return Stage.with(clamd.socket());
    }

    private static String defaults(String limits) {
        return "{\"version\": 1, \"defaults\": {" + limits + "}}";
    }

    private static String rule(String match, String what) {
        return "{\"version\": 1,\n \"rules\": [{\"match\": {" + match + "}, " + what + "}]}";
    }

    private static void edit(Stage stage, String policy) throws Exception {
        Path file = stage.folder().resolve("policy.json");
        Path other = Files.writeString(stage.folder().resolve("policy.json~"), policy);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static ControlReply.Reload reload(Stage stage) throws Exception {
        return stage.asks("policy reload", ControlReply.Reload.class);
    }

    private static void reload(Stage stage, String policy) throws Exception {
        edit(stage, policy);
        assertThat(reload(stage).problems()).isEmpty();
    }

    private void pong() throws Exception {
        try (StandInClamd.Connection connection = clamd.accept()) {
            assertThat(connection.reads(6)).isEqualTo("zPING\0");
            connection.answers("PONG\0");
        }
    }

    private static void assertRefused(Stage stage, String guest, String text) throws Exception {
        try (GuestClient client = stage.guest(guest).says("zPING\0")) {
            assertThat(client.hears()).isEqualTo(text + "\0");
        }
    }

    @Test
    void aRaisedQuotaServesThoseThatWaitAtOnce() throws Exception {
        try (Stage stage = plan().defaults("\"maxConnections\": 1").start();
                GuestClient first = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept();
                GuestClient second = stage.guest("a").says("nPING\n")) {
            reload(stage, defaults("\"maxConnections\": 2"));
            pong();
            assertThat(second.hears()).isEqualTo("PONG\n");
            held.answers("PONG\0");
            assertThat(first.hears()).isEqualTo("PONG\0");
        }
    }

    @Test
    void aLoweredQuotaLetsTheSurplusFinish() throws Exception {
        try (Stage stage = plan().defaults("\"maxConnections\": 2").start();
                GuestClient first = stage.guest("a").says("zPING\0");
                StandInClamd.Connection heldFirst = clamd.accept();
                GuestClient second = stage.guest("a").says("zPING\0");
                StandInClamd.Connection heldSecond = clamd.accept()) {
            reload(stage, defaults("\"maxConnections\": 1, \"maxWaitingConnections\": 0"));
            assertRefused(stage, "a", "Connection quota exceeded. ERROR");
            heldFirst.answers("PONG\0");
            heldSecond.answers("PONG\0");
            assertThat(first.hears() + second.hears()).isEqualTo("PONG\0PONG\0");
        }
    }

    @Test
    void aRunningSessionKeepsTheLimitsItBeganWith() throws Exception {
        byte[] chunk = new byte[1000];
        try (Stage stage = plan().start();
                GuestClient running = stage.guest("a").says("zINSTREAM\0").chunk(chunk);
                StandInClamd.Connection held = clamd.accept()) {
            assertThat(held.reads(10 + 4 + 1000)).hasSize(1014);
            reload(stage, defaults("\"maxStreamSize\": 10, \"maxChunkSize\": 10"));

            try (GuestClient next = stage.guest("a").says("zINSTREAM\0").chunk(chunk)) {
                assertThat(next.hears()).isEqualTo("INSTREAM size limit exceeded. ERROR\0");
            }
            running.chunk(chunk).end();
            assertThat(held.reads(4 + 1000 + 4)).hasSize(1008);
            held.answers("stream: OK\0");
            assertThat(running.hears()).isEqualTo("stream: OK\0");
            Line line = stage.sessions().find(each -> each.value("bytes").equals("2000"));
            assertThat(line.value("termination")).isEqualTo("completed");
        }
    }

    @Test
    void aGuestThatBecomesDeniedFinishesWhatRunsAndNothingElse() throws Exception {
        try (Stage stage = plan().defaults("\"maxConnections\": 1").start();
                GuestClient running = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept();
                GuestClient waiting = stage.guest("a").says("nPING\n")) {
            reload(stage, rule("\"name\": \"a\"", "\"deny\": true"));
            assertThat(waiting.hears()).isEqualTo("Guest not allowed. ERROR\n");
            assertRefused(stage, "a", "Guest not allowed. ERROR");
            Line line =
                    stage.sessions().find(each -> each.value("termination").equals("guest-denied"));
            assertThat(line.value("rule")).startsWith("rules[0]@").endsWith(":2");
            held.answers("PONG\0");
            assertThat(running.hears()).isEqualTo("PONG\0");
            running.leaves();

            reload(stage, defaults("\"maxConnections\": 1"));
            try (GuestClient again = stage.guest("a").says("zPING\0")) {
                pong();
                assertThat(again.hears()).isEqualTo("PONG\0");
            }
        }
    }

    @Test
    void aRuleByCidReachesAGuestThatHasAWorkerAndOneThatHasNone() throws Exception {
        try (Stage stage = plan().start()) {
            try (GuestClient client = stage.guest("a").says("zPING\0")) {
                pong();
                assertThat(client.hears()).isEqualTo("PONG\0");
            }
            reload(stage, rule("\"cid\": \"3-4\"", "\"commands\": []"));
            assertRefused(stage, "a", "Command not allowed. ERROR");
            assertRefused(stage, "b", "Command not allowed. ERROR");
        }
    }

    @Test
    void aGuestThatTheHookTellsOfGetsWhatIsInForceThen() throws Exception {
        TestGuest hooked = new TestGuest("hooked", 7);
        try (Stage stage = plan().uris("qemu+unix:///system?socket=/nonexistent").start()) {
            HookScript hook = new HookScript(stage.folder().resolve("hook"));
            assertThat(hook.starts(hooked, 1)).isEqualTo("admitted\n");
            reload(stage, rule("\"name\": \"hooked\"", "\"commands\": [\"VERSION\"]"));
            Eventually.holds("its socket", () -> Files.exists(stage.socketOf("hooked")));
            assertRefused(stage, "hooked", "Command not allowed. ERROR");
            reload(stage, rule("\"uuid\": \"" + hooked.uuid() + "\"", "\"deny\": true"));
            assertRefused(stage, "hooked", "Guest not allowed. ERROR");
        }
    }

    @Test
    void theReplySaysWhatTheReloadChangedAndAWrongFileChangesNothing() throws Exception {
        try (Stage stage = plan().start()) {
            assertThat(reload(stage).revision()).startsWith("1-");

            edit(stage, rule("\"name\": \"a\"", "\"maxConnections\": 3"));
            ControlReply.Reload changed = reload(stage);
            Path file = stage.folder().resolve("policy.json");
            assertThat(changed.ok()).isTrue();
            assertThat(changed.file()).isEqualTo(file);
            assertThat(changed.revision()).startsWith("2-");
            assertThat(changed.guests()).isEqualTo(2);
            assertThat(changed.changes())
                    .containsExactly(
                            "a: maxConnections 10 → 3 (unmatched → rules[0]@" + file + ":2)");
            // a request after the watch was faster gets the same answer
            ControlReply.Reload again = reload(stage);
            assertThat(again.reloaded()).isFalse();
            assertThat(again.changes()).isEqualTo(changed.changes());
            assertThat(again.loadedAt()).isEqualTo(changed.loadedAt());

            edit(stage, rule("\"name\": \"a\"", "\"maxConnections\": -3"));
            ControlReply.Reload wrong = reload(stage);
            assertThat(wrong.ok()).isFalse();
            assertThat(wrong.revision()).isEqualTo(changed.revision());
            assertThat(wrong.problems())
                    .singleElement()
                    .asString()
                    .startsWith(file + ":2:55: /rules/0/maxConnections: ");
        }
    }

    @Test
    void theStatusNamesPolicyLibvirtGuestsAndSessions() throws Exception {
        try (Stage stage = plan().start();
                GuestClient client = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept()) {
            edit(stage, "{\"version\": 1, \"rules\": 5}");
            assertThat(reload(stage).ok()).isFalse();

            DaemonStatus status = stage.asks("status", DaemonStatus.class);
            assertThat(status.guests()).isEqualTo(2);
            assertThat(status.sessions()).isEqualTo(1);
            assertThat(status.policy().revision()).startsWith("1-");
            assertThat(status.policy().loadedAt()).isBefore(Instant.now());
            PolicyStatus.LastError error = status.policy().lastError().orElseThrow();
            assertThat(error.problems()).singleElement().asString().contains("/rules: ");
            assertThat(status.libvirts())
                    .singleElement()
                    .satisfies(libvirt -> {
                        assertThat(libvirt.uri()).startsWith("test://");
                        assertThat(libvirt.connected()).isTrue();
                        assertThat(libvirt.lastList()).isPresent();
                        assertThat(libvirt.guests()).isEqualTo(2);
                    });
            held.answers("PONG\0");
            assertThat(client.hears()).isEqualTo("PONG\0");
        }
    }
}
