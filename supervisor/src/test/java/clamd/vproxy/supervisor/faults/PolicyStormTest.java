package clamd.vproxy.supervisor.faults;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A policy file that somebody replaces a hundred times a second. Its two versions differ in what
 * they allow and in the line of their rule, so each session's log line tells whether it was judged
 * by one.
 */
@Tag("libvirt")
@Timeout(180)
class PolicyStormTest {
    private static final int REPLACEMENTS = 500;
    private static final long PERIOD_MILLIS = 10;
    private static final Duration PACE = Duration.ofMillis(20);
    private static final long MOST_HEAP_GROWTH = 4 << 20;

    private static String version(int number) {
        String limits =
                number % 2 == 0
                        ? "\n\"maxChunkSize\": 1000, \"maxStreamSize\": 1000"
                        : "\"maxChunkSize\": 500, \"maxStreamSize\": 2000";
        String lines = number % 2 == 0 ? "\n" : "\n\n";
        // another content each time, so that each is a revision of its own
        return "{\"version\": 1, \"comment\": \"%d\", \"rules\": [%s{\"match\": {\"name\": \"a\"}, %s}]}"
                .formatted(number, lines, limits);
    }

    /** What came of a session of one chunk of 700 bytes under the rule in its line of the file. */
    private static String expected(Line session) {
        return session.value("rule").endsWith(":2") ? "completed" : "chunk-limit";
    }

    @Test
    void noSessionIsJudgedByTwoFilesAndTheLastOneComesIntoForce() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"));
                Stage stage = Stage.with(folder.path().resolve("c")).policy(version(0)).start()) {
            // on a machine that is busy otherwise the first list may come later
            Eventually.holds("a's socket", () -> Files.exists(stage.socketOf("a")));
            scans(stage);
            long heap = heapBytes();
            AtomicInteger replaced = new AtomicInteger();
            Thread storm = Thread.ofPlatform().start(() -> replaceOften(stage.folder(), replaced));
            Set<String> revisions = new HashSet<>();
            int sessions = 1;
            // paced, for the tap keeps a line of each session
            while (!storm.join(PACE)) {
                scans(stage);
                sessions++;
                revisions.add(stage.asks("status", DaemonStatus.class).policy().revision());
            }
            assertThat(replaced).hasValue(REPLACEMENTS);
            // the file is looked at while somebody is still writing it
            assertThat(revisions).hasSizeGreaterThan(1);
            for (int i = 0; i < sessions; i++) {
                Line session = stage.sessions().next();
                assertThat(session.value("termination"))
                        .as(session.toString())
                        .isEqualTo(expected(session));
            }
            Eventually.holds("the last one is in force", () -> isInForce(stage));
            assertThat(heapBytes() - heap).isLessThan(MOST_HEAP_GROWTH);
        }
    }

    private static void scans(Stage stage) throws IOException {
        try (GuestClient client = stage.guest("a")) {
            assertThat(client.says("zINSTREAM\0").chunk(new byte[700]).end().hears())
                    .isIn("stream: OK\0", "INSTREAM size limit exceeded. ERROR\0");
        }
    }

    private static void replaceOften(Path folder, AtomicInteger replaced) {
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (int number = 1; number <= REPLACEMENTS; number++) {
                Path next = Files.writeString(folder.resolve("policy.new"), version(number));
                Files.move(next, folder.resolve("policy.json"), StandardCopyOption.ATOMIC_MOVE);
                replaced.set(number);
                boolean _ = never.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last version is an even one, under which 700 bytes are no chunk too many. */
    private static boolean isInForce(Stage stage) throws Exception {
        scans(stage);
        return stage.sessions().next().value("termination").equals("completed");
    }

    private static long heapBytes() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
