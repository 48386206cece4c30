package clamd.vproxy.supervisor.faults;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.control.ControlRequest.Plain;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user of the host who may reach the control socket, and does nothing but. */
@Tag("libvirt")
@Timeout(180)
class ControlFloodTest {
    private static final int FLOODERS = 12;
    private static final int SCANS = 100;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong();

    @Test
    void guestsAreScannedMeanwhileAndTheStatusIsAnsweredAfterwards() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"));
                Stage stage = Stage.with(folder.path().resolve("c")).start()) {
            // on a machine that is busy otherwise the first list may come later
            Eventually.holds("a's socket", () -> Files.exists(stage.socketOf("a")));
            Path control = stage.folder().resolve("control");
            List<Thread> flood = new ArrayList<>();
            for (int number = 0; number < FLOODERS; number++) {
                String request = number % 3 == 0 ? "{\"command\":\"status\"}\n" : "x".repeat(5000);
                boolean reads = number % 2 == 0;
                flood.add(Thread.ofPlatform().start(() -> floods(control, request, reads)));
            }
            for (int scan = 0; scan < SCANS; scan++) {
                try (GuestClient client = stage.guest("a")) {
                    assertThat(client.streams(new byte[100]).hears()).isEqualTo("stream: OK\0");
                }
            }
            assertThat(requests).as("or there was no flood").hasValueGreaterThan(SCANS);
            enough.set(true);
            for (Thread each : flood) {
                each.join();
            }
            Eventually.holds("status is answered", () -> answersStatus(stage));
        }
    }

    private void floods(Path control, String request, boolean reads) {
        while (!enough.get()) {
            try (GuestClient client = GuestClient.at(control)) {
                client.says(request);
                if (reads) {
                    String _ = client.hearsLine();
                }
                requests.incrementAndGet();
            } catch (IOException _) {
                // refused, which is the worst that happens; the next one follows
            }
        }
    }

    private static boolean answersStatus(Stage stage) throws Exception {
        try {
            return stage.line(new Plain("status")).contains("\"ok\":true");
        } catch (IOException _) {
            // the last ones of the flood may still be in the backlog
            return false;
        }
    }
}
