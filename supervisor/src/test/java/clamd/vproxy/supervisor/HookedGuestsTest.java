package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guests of which only libvirt's hook tells. */
@Tag("libvirt")
@Timeout(60)
class HookedGuestsTest {
    private static final TestGuest FRESH = new TestGuest("fresh", 9);

    private static Stage.Plan plan() {
        return Stage.with("/nonexistent/clamd.sock");
    }

    private static HookScript script(Stage stage) {
        return new HookScript(stage.folder().resolve("hook"));
    }

    private static String ping(Stage stage) throws Exception {
        Path socket = stage.socketOf("fresh");
        Eventually.holds("the guest's socket is made", () -> Files.exists(socket));
        try (GuestClient client = stage.guest("fresh")) {
            return client.says("zPING\0").hears();
        }
    }

    @Test
    void aGuestThatNoLibvirtListsIsServedUntilTheHookSaysThatItStopped() throws Exception {
        // nobody listens there: libvirt is away from the first moment
        try (Stage stage = plan().uris("qemu+unix:///system?socket=/nonexistent/s").start()) {
            assertThat(script(stage).starts(FRESH, 7)).isEqualTo("admitted\n");
            assertThat(ping(stage)).isEqualTo("Scanner not available. ERROR\0");
            assertThat(stage.sessions().next().value("domain")).isEqualTo("fresh");
            script(stage).tells(HookScript.request("stopped end", FRESH, -1));
            Eventually.holds(
                    "the guest's socket is removed", () -> !Files.exists(stage.socketOf("fresh")));
        }
    }

    @Test
    void aGuestThatNoRuleAdmitsIsRefusedAtItsStartAndServedNothing() throws Exception {
        try (Stage stage = plan().policy("{\"version\": 1, \"unmatched\": \"deny\"}").start()) {
            assertThat(script(stage).starts(FRESH, 7)).startsWith("refused unmatched");
            assertThat(ping(stage)).isEqualTo("Guest not allowed. ERROR\0");
        }
    }
}
