package clamd.vproxy.supervisor.faults;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.DaemonProcess;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A daemon whose user may have no more threads. Root may always, so where the tests run as root the
 * daemon is another user, of whom there is nothing else.
 */
@Tag("libvirt")
@Timeout(300)
class ThreadLimitTest {
    private static final int NOBODY_ELSE = 64_123;
    private static final Pattern USER = Pattern.compile("(?m)^Uid:\\s+(\\d+)");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");

    private static boolean isRoot() throws IOException {
        return userOf(Path.of("/proc/self")).equals("0");
    }

    private static String userOf(Path process) throws IOException {
        Matcher user = USER.matcher(Files.readString(process.resolve("status")));
        assertThat(user.find()).isTrue();
        return user.group(1);
    }

    /** How many threads all processes of the daemon's user have. */
    private static long threadsOfUserOf(long pid) throws IOException {
        String user = userOf(Path.of("/proc/" + pid));
        long count = 0;
        List<Path> processes;
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            processes = all.filter(each -> each.getFileName().toString().matches("\\d+")).toList();
        }
        for (Path process : processes) {
            try {
                if (userOf(process).equals(user)) {
                    Matcher threads = THREADS.matcher(Files.readString(process.resolve("status")));
                    count += threads.find() ? Long.parseLong(threads.group(1)) : 0;
                }
            } catch (IOException _) {
                // it ended
            }
        }
        return count;
    }

    private static List<String> asAnotherUser(Path folder) throws Exception {
        if (!isRoot()) {
            return List.of();
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        DaemonProcess.run("chown", "" + NOBODY_ELSE, folder.toString());
        return List.of(
                "setpriv", "--reuid=" + NOBODY_ELSE, "--regid=" + NOBODY_ELSE, "--clear-groups");
    }

    @Test
    void connectionsWithoutAThreadWaitOrAreRefusedAndAllAreServedLater() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                AnsweringClamd _ = new AnsweringClamd(folder.path().resolve("c"))) {
            Path clamd = folder.path().resolve("c");
            Files.setPosixFilePermissions(clamd, PosixFilePermissions.fromString("rw-rw-rw-"));
            List<String> before = asAnotherUser(folder.path());
            try (RealDaemon daemon = RealDaemon.start(folder.path(), before, clamd)) {
                limited(daemon);
                assertThat(daemon.process().stop()).isZero();
            }
        }
    }

    private static void limited(RealDaemon daemon) throws Exception {
        long pid = daemon.process().pid();
        // a has a thread from now on
        try (GuestClient first = daemon.guest("a").says("zINSTREAM\0").chunk(new byte[10])) {
            Eventually.holds("it is served", () -> daemon.status().sessions() == 1);
            // the status had a thread of its own, which has to end first
            long threads = settled(pid);
            daemon.limit("nproc", threads);
            List<GuestClient> more = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                more.add(daemon.guest("a").streams(new byte[100]));
            }
            daemon.process().awaitLog("cannot start another thread for this guest");
            try (GuestClient other = daemon.guest("b").streams(new byte[100])) {
                // b has no thread at all, nor can one be had to tell it at leisure
                assertThat(heard(other)).isIn("", "Connection limit of the host exceeded. ERROR\n");
            }
            first.end();
            assertThat(first.hears()).isEqualTo("stream: OK\0");
            first.leaves();
            for (GuestClient client : more) {
                assertThat(client.hears()).isEqualTo("stream: OK\0");
                client.leaves();
            }
            daemon.limit("nproc", threads + 50);
        }
        try (GuestClient other = daemon.guest("b").streams(new byte[100])) {
            assertThat(other.hears()).isEqualTo("stream: OK\0");
        }
        assertThat(daemon.status().guests()).isPositive();
        assertThat(daemon.process().log()).noneMatch(line -> line.contains("defect of ours"));
    }

    /** When the number of threads has not changed for a moment. */
    private static long settled(long pid) throws Exception {
        long[] seen = {-1, 0};
        Eventually.holds(
                "no thread comes or goes",
                Duration.ofSeconds(30),
                () -> {
                    long now = threadsOfUserOf(pid);
                    seen[1] = now == seen[0] ? seen[1] + 1 : 0;
                    seen[0] = now;
                    return seen[1] > 50;
                });
        return seen[0];
    }

    private static String heard(GuestClient client) {
        try {
            return client.hears();
        } catch (IOException _) {
            return "";
        }
    }
}
