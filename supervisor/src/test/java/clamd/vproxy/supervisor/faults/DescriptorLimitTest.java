package clamd.vproxy.supervisor.faults;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.commands.demo.Eicar;
import clamd.vproxy.supervisor.testing.DaemonFootprint;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon whose descriptors are used up, by guests that hold connections. */
@Tag("libvirt")
@Tag("clamd")
@Timeout(300)
class DescriptorLimitTest {
    /** Enough that a scan finds what it needs once they are gone. */
    private static final int MOST_CONNECTIONS = 12;

    private final Deque<GuestClient> idle = new ArrayDeque<>();
    private TemporaryFolder folder;
    private ClamdProcess clamd;
    private RealDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        clamd =
                new ClamdProcess(ClamdSetup.in(folder.path().resolve("c")), System::nanoTime)
                        .start(Duration.ofSeconds(60));
        daemon =
                RealDaemon.start(
                        folder.path(),
                        List.of(),
                        clamd.socket(),
                        "--max-connections=40",
                        "--command-timeout-secs=60");
    }

    @AfterEach
    void stop() throws Exception {
        // what did not start is null; the rest has to be ended all the same
        try (TemporaryFolder _ = folder;
                ClamdProcess _ = clamd;
                RealDaemon _ = daemon) {
            while (!idle.isEmpty()) {
                idle.pop().leaves();
            }
        }
    }

    private static long highestDescriptor(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return all.mapToLong(each -> Long.parseLong(each.getFileName().toString()))
                    .max()
                    .orElseThrow();
        }
    }

    /** Has guest a hold connections until not one descriptor is left, nobody waiting for one. */
    private void useUpDescriptors() throws Exception {
        long pid = daemon.process().pid();
        daemon.limit("nofile", highestDescriptor(pid) + 1 + MOST_CONNECTIONS);
        boolean refused = false;
        while (!refused) {
            long before = DaemonFootprint.descriptors(pid);
            idle.push(daemon.guest("a").says("z"));
            Eventually.holds(
                    "it is accepted, or cannot be",
                    () -> DaemonFootprint.descriptors(pid) > before || cannotAccept());
            refused = cannotAccept();
        }
        GuestClient last = idle.pop();
        idle.pop().leaves();
        daemon.process().awaitLog("hybrid vsock accepts connections again");
        idle.push(last);
    }

    private boolean cannotAccept() {
        return daemon.process().log().stream()
                .anyMatch(line ->
                        line.contains("hybrid vsock cannot accept connections for now:")
                                && line.contains("Too many open files"));
    }

    @Test
    void aConnectionWithoutADescriptorWaitsAndIsServedWhenOneIsFree() throws Exception {
        useUpDescriptors();
        HookScript hook = daemon.hook();
        String run = hook.leaves(HookScript.request("start begin", new TestGuest("new", 9), 7));
        hook.rings();
        try (GuestClient waiting = daemon.guest("b").streams(Eicar.bytes())) {
            daemon.process().awaitLog("the hook's folder cannot be read for now");
            while (!idle.isEmpty()) {
                idle.pop().leaves();
            }
            assertThat(waiting.hears()).endsWith(" FOUND\0");
        }
        assertThat(hook.answerTo(run)).startsWith("admitted");
        assertThat(daemon.status().guests()).isPositive();
        assertThat(hook.starts(new TestGuest("newer", 10), 8)).startsWith("admitted");
        assertGoesOn();
    }

    @Test
    void runningOutOfDescriptorsFailsTheRequestButKeepsClamdUp() throws Exception {
        useUpDescriptors();
        try (GuestClient client = daemon.guest("b").says("zPING\0")) {
            idle.pop().leaves();
            assertThat(client.hears()).isEqualTo("Scanner not available. ERROR\0");
        }
        assertThat(daemon.process().log()).noneMatch(line -> line.contains(" is down"));
        while (!idle.isEmpty()) {
            idle.pop().leaves();
        }
        assertGoesOn();
    }

    private void assertGoesOn() throws Exception {
        assertThat(daemon.ping("a")).isEqualTo("PONG\0");
        try (GuestClient client = daemon.guest("b").streams(Eicar.bytes())) {
            assertThat(client.hears())
                    .as(daemon.process().lastSessions().toString())
                    .endsWith(" FOUND\0");
        }
        Eventually.holds("all sessions end", () -> daemon.status().sessions() == 0);
        assertThat(daemon.process().log()).noneMatch(line -> line.contains(" ERROR "));
        assertThat(daemon.process().stop()).isZero();
    }
}
