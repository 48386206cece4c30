package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stop: nobody new, running scans to their end, the others told, nothing left behind. */
@Tag("libvirt")
@Timeout(60)
class DrainTest {
    /** Whether a command has begun may be known by then or not. */
    private static final String STOPPING = "Service is stopping\\. ERROR[\0\n]";

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

    private static Thread stopping(Stage stage) {
        return Thread.ofPlatform().name("test-stop").start(stage::stop);
    }

    @Test
    void aRunningStreamFinishesAfterTheStopBeganAndIdleConnectionsAreEnded() throws Exception {
        try (Stage stage = Stage.with(clamd.socket()).start();
                GuestClient silent = stage.guest("a");
                GuestClient begun = stage.guest("b").says("z");
                GuestClient upload = stage.guest("a").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection uploading = clamd.accept();
                GuestClient scan = stage.guest("b").streams(new byte[3]);
                StandInClamd.Connection scanning = clamd.accept()) {
            Thread stop = stopping(stage);
            assertThat(silent.hears()).isEqualTo("Service is stopping. ERROR\n");
            silent.leaves();
            assertThat(begun.hears()).matches(STOPPING);
            begun.leaves();
            assertThat(stage.socketOf("a")).doesNotExist();
            assertThat(stop.isAlive()).isTrue();

            upload.chunk(new byte[2]).end();
            assertThat(uploading.reads(26)).hasSize(26);
            uploading.answers("stream: OK\0");
            assertThat(upload.hears()).isEqualTo("stream: OK\0");
            upload.leaves();
            assertThat(scanning.reads(21)).hasSize(21);
            scanning.answers("stream: Test FOUND\0");
            assertThat(scan.hears()).isEqualTo("stream: Test FOUND\0");
            scan.leaves();
            stop.join();

            assertThat(stage.sessions().lines())
                    .extracting(line -> line.value("domain") + " " + line.value("termination"))
                    .containsExactlyInAnyOrder(
                            "a shutdown", "b shutdown", "a completed", "b completed");
        }
    }

    @Test
    void aStopAnswersAConnectionThatWaitsForItsTurn() throws Exception {
        try (Stage stage = Stage.with(clamd.socket()).defaults("\"maxConnections\": 1").start();
                GuestClient served = stage.guest("a").says("zPING\0");
                StandInClamd.Connection held = clamd.accept();
                GuestClient waiting = stage.guest("a").says("zPING\0")) {
            Thread stop = stopping(stage);
            assertThat(waiting.hears()).isEqualTo("Service is stopping. ERROR\0");
            waiting.leaves();
            held.answers("PONG\0");
            assertThat(served.hears()).isEqualTo("PONG\0");
            served.leaves();
            stop.join();
        }
    }

    @Test
    void sessionsThatOutliveTheDrainTimeAreEndedWithAText() throws Exception {
        Stage.Plan plan = Stage.with(clamd.socket()).drainLimit(Duration.ofMillis(200));
        try (Stage stage = plan.start();
                GuestClient upload = stage.guest("a").says("zINSTREAM\0").chunk(new byte[2]);
                StandInClamd.Connection uploading = clamd.accept()) {
            Thread stop = stopping(stage);
            assertThat(upload.hears()).isEqualTo("Service is stopping. ERROR\0");
            upload.leaves();
            assertThat(uploading.readsToTheEnd()).endsWith("\0\0\0\2\0\0");
            stop.join();
            Line line = stage.sessions().next();
            assertThat(line.value("verdict")).isEqualTo("error");
            assertThat(line.value("termination")).isEqualTo("shutdown");
        }
    }

    @Test
    void aStopLeavesNeitherSocketsNorThreads() throws Exception {
        Set<Thread> before = threads();
        try (Stage stage = Stage.with(clamd.socket()).start()) {
            try (GuestClient client = stage.guest("a").says("zPING\0");
                    StandInClamd.Connection connection = clamd.accept()) {
                connection.answers("PONG\0");
                assertThat(client.hears()).isEqualTo("PONG\0");
            }
            stage.stop();
            try (Stream<Path> left = Files.list(stage.folder())) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder(
                                "policy.json",
                                "node.xml",
                                "hook",
                                "usage.json.lock",
                                ".{name}.sock_3400.lock");
            }
            assertThat(stage.folder().resolve("hook")).isEmptyDirectory();
            Eventually.holds("the threads are gone", () -> before.containsAll(threads()));
            stage.stop();
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> isOurs(thread.getName()))
                .collect(Collectors.toSet());
    }

    private static boolean isOurs(String name) {
        return name.contains("#")
                || name.startsWith("libvirt-work")
                || Set.of(
                                "guest-registry",
                                "libvirt-hook",
                                "watchdog",
                                "hybrid-acceptor",
                                "unknown-peers",
                                "usage-file")
                        .contains(name);
    }

    @Test
    void aConnectionAcceptedDuringTheStopIsAnsweredAndNotCutOff() throws Exception {
        try (Stage stage = Stage.with(clamd.socket()).start();
                ExecutorService guests = Executors.newVirtualThreadPerTaskExecutor()) {
            List<GuestClient> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(stage.guest(i % 2 == 0 ? "a" : "b").says("z"));
            }
            Thread stop = stopping(stage);
            List<Future<String>> heard =
                    clients.stream()
                            .map(client -> guests.submit(() -> hearsAndLeaves(client)))
                            .toList();
            for (Future<String> text : heard) {
                assertThat(text.get()).matches(STOPPING);
            }
            stop.join();
        }
    }

    private static String hearsAndLeaves(GuestClient client) throws IOException {
        try (client) {
            return client.hears();
        }
    }

    @Test
    void afterAStopNobodyIsServed() throws Exception {
        try (Stage stage = Stage.with(clamd.socket()).start()) {
            stage.stop();
            assertThat(connects(stage)).isFalse();
        }
    }

    private static boolean connects(Stage stage) {
        try (GuestClient _ = stage.guest("a")) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
