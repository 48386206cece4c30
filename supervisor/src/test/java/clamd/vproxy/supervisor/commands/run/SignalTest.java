package clamd.vproxy.supervisor.commands.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Main;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.StandInClamd;
import clamd.vproxy.supervisor.testing.StandInSystemd;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon as a process of its own, as systemd sees it. */
@Tag("slow")
@Timeout(120)
class SignalTest {
    private TemporaryFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = TemporaryFolder.create();
    }

    @AfterEach
    void removeFolder() throws Exception {
        folder.close();
    }

    private Process start(String... more) throws IOException {
        return builder(more).start();
    }

    private ProcessBuilder builder(String... more) throws IOException {
        Path node =
                Files.writeString(
                        folder.path().resolve("node.xml"),
                        "<node>" + new TestGuest("vm", 3).xml() + "</node>");
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--no-vsock",
                        "--hybrid-vsock=" + folder.path() + "/{name}",
                        "--connect=test://" + node,
                        "--hook-spool=" + folder.path() + "/hook",
                        "--state-file=" + folder.path() + "/usage.json",
                        "--clamd=" + folder.path() + "/c");
        builder.command().addAll(List.of(more));
        return builder.redirectErrorStream(true);
    }

    /** The process itself would close its output, too. */
    private static void sigterm(Process daemon) {
        assertThat(daemon.toHandle().destroy()).isTrue();
    }

    private static String awaitLine(BufferedReader output, String text) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            all.append(line).append('\n');
            if (line.contains(text)) {
                return line;
            }
        }
        throw new AssertionError("no '" + text + "' in\n" + all);
    }

    @Test
    void sigtermStopsTheDaemonAndItEndsWithZero() throws Exception {
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("c"))) {
            Process daemon = start();
            try (BufferedReader output = daemon.inputReader(UTF_8)) {
                assertThat(awaitLine(output, "ready")).contains("port=\"3400\"");
                assertThat(folder.path().resolve("vm_3400")).exists();

                sigterm(daemon);
                assertThat(awaitLine(output, "stopped")).isNotEmpty();
                assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(daemon.exitValue()).isZero();
                assertThat(folder.path().resolve("vm_3400")).doesNotExist();
            } finally {
                daemon.destroyForcibly();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void aSecondSignalEndsTheDaemonAtOnce(String second, int status) throws Exception {
        try (StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"))) {
            // with a memory, the stream would wait in the daemon for its end
            Process daemon = start("--drain-timeout=1h", "--verdict-memory-entries=0");
            try (BufferedReader output = daemon.inputReader(UTF_8)) {
                assertThat(awaitLine(output, "ready")).isNotEmpty();
                try (GuestClient _ =
                                GuestClient.at(folder.path().resolve("vm_3400"))
                                        .says("zINSTREAM\0")
                                        .chunk(new byte[2]);
                        StandInClamd.Connection _ = acceptStream(clamd)) {
                    signal(daemon, "TERM");
                    assertThat(awaitLine(output, "stopping")).contains("a second signal");
                    assertThat(daemon.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
                    signal(daemon, second);
                    assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(daemon.exitValue()).isEqualTo(status);
                }
            } finally {
                daemon.destroyForcibly();
            }
        }
    }

    /** The daemon looks at its clamd itself, too. */
    private static StandInClamd.Connection acceptStream(StandInClamd clamd) throws IOException {
        while (true) {
            StandInClamd.Connection connection = clamd.accept();
            if (connection.reads(10).equals("zINSTREAM\0")) {
                return connection;
            }
            connection.close();
        }
    }

    @Test
    void aSignalDuringTheStartEndsItWithZero() throws Exception {
        Process daemon = start("--wait-for-clamd=1h");
        try (BufferedReader output = daemon.inputReader(UTF_8)) {
            assertThat(awaitLine(output, "waiting")).isNotEmpty();
            signal(daemon, "INT");
            assertThat(awaitLine(output, "stopped")).isNotEmpty();
            assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(daemon.exitValue()).isZero();
        } finally {
            daemon.destroyForcibly();
        }
    }

    @Test
    void sighupReloadsThePolicyFileAndAWrongOneDoesNotEndTheDaemon() throws Exception {
        Path policy = Files.writeString(folder.path().resolve("p.json"), "{\"version\": 1}");
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("c"))) {
            Process daemon = start("--policy=" + policy);
            try (BufferedReader output = daemon.inputReader(UTF_8)) {
                assertThat(awaitLine(output, "ready")).isNotEmpty();
                // unchanged, so it is the signal that has it read
                sighup(daemon);
                assertThat(awaitLine(output, "in force already")).contains("revision=\"1-");

                Files.writeString(
                        policy, "{\"version\": 1, \"defaults\": {\"maxConnections\": 3}}");
                sighup(daemon);
                assertThat(awaitLine(output, "policy changed for"))
                        .contains("vm: maxConnections 10 → 3");
                assertThat(awaitLine(output, "is in force")).contains("revision=\"2-");

                Files.writeString(policy, "{\"version\": 1, \"defaults\": []}");
                sighup(daemon);
                assertThat(awaitLine(output, "is wrong")).contains("revision=\"2-");
                assertThat(awaitLine(output, policy + ":1:28: /defaults: ")).contains("ERROR");

                sigterm(daemon);
                assertThat(awaitLine(output, "stopped")).isNotEmpty();
                assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(daemon.exitValue()).isZero();
            } finally {
                daemon.destroyForcibly();
            }
        }
    }

    @Test
    void sighupBeforeTheDaemonIsReadyDoesNotEndIt() throws Exception {
        Process daemon = start("--wait-for-clamd=1h");
        try (BufferedReader output = daemon.inputReader(UTF_8)) {
            assertThat(awaitLine(output, "waiting")).isNotEmpty();
            sighup(daemon);
            assertThat(awaitLine(output, "SIGHUP")).isNotEmpty();
            try (StandInClamd _ = StandInClamd.at(folder.path().resolve("c"))) {
                assertThat(awaitLine(output, "ready")).isNotEmpty();
            }
        } finally {
            daemon.destroyForcibly();
        }
    }

    private static void sighup(Process daemon) throws Exception {
        signal(daemon, "HUP");
    }

    private static void signal(Process daemon, String name) throws Exception {
        int status =
                new ProcessBuilder("kill", "-" + name, Long.toString(daemon.pid()))
                        .start()
                        .waitFor();
        assertThat(status).isZero();
    }

    @Test
    void aKilledDaemonLeavesABellWithoutAReaderToTheNextOne() throws Exception {
        Path bell = folder.path().resolve("hook/bell");
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("c"))) {
            for (int run = 0; run < 2; run++) {
                Process daemon = start();
                try (BufferedReader output = daemon.inputReader(UTF_8)) {
                    assertThat(awaitLine(output, "ready")).isNotEmpty();
                    assertThat(canRing(bell)).isTrue();
                } finally {
                    daemon.destroyForcibly();
                }
                assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(bell).exists();
                assertThat(canRing(bell)).isFalse();
            }
        }
    }

    private static boolean canRing(Path bell) throws Exception {
        return new ProcessBuilder("timeout", "1", "sh", "-c", "printf . >'" + bell + "'")
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void sigtermEndsTheWaitForClamdToo() throws Exception {
        Process daemon = start("--wait-for-clamd=1h");
        try (BufferedReader output = daemon.inputReader(UTF_8)) {
            assertThat(awaitLine(output, "waiting")).contains(folder.path() + "/c");
            sigterm(daemon);
            assertThat(awaitLine(output, "stopped")).isNotEmpty();
            assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(daemon.exitValue()).isZero();
        } finally {
            daemon.destroyForcibly();
        }
    }

    @Test
    void aSecondSigtermEndsTheDaemonAtOnce() throws Exception {
        try (StandInClamd clamd = StandInClamd.at(folder.path().resolve("c"))) {
            Process daemon = start("--drain-timeout=1h");
            try (BufferedReader output = daemon.inputReader(UTF_8)) {
                assertThat(awaitLine(output, "ready")).isNotEmpty();
                try (GuestClient guest =
                                GuestClient.at(folder.path().resolve("vm_3400"))
                                        .streams(new byte[3]);
                        StandInClamd.Connection _ = clamd.accept()) {
                    sigterm(daemon);
                    assertThat(awaitLine(output, "stopping")).isNotEmpty();
                    sigterm(daemon);
                    assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(daemon.exitValue()).isEqualTo(143);
                    guest.leaves();
                }
            } finally {
                daemon.destroyForcibly();
            }
        }
    }

    @Test
    void theDaemonReportsItsLifeToSystemd() throws Exception {
        Path policy = Files.writeString(folder.path().resolve("p.json"), "{\"version\": 1}");
        try (StandInClamd _ = StandInClamd.at(folder.path().resolve("c"));
                StandInSystemd systemd = StandInSystemd.at(folder.path().resolve("notify"))) {
            ProcessBuilder builder = builder("--policy=" + policy, "--wait-for-clamd=1m");
            builder.environment().putAll(systemd.environment());
            // fed once a second
            builder.environment().put("WATCHDOG_USEC", "3000000");
            Process daemon = builder.start();
            try (BufferedReader output = daemon.inputReader(UTF_8)) {
                assertThat(systemd.hears())
                        .isEqualTo(
                                "READY=1\nSTATUS=serving 1 guests, 0 sessions, clamd up, libvirt"
                                        + " connected");
                assertThat(systemd.hears()).isEqualTo("WATCHDOG=1");

                Files.writeString(
                        policy, "{\"version\": 1, \"defaults\": {\"maxConnections\": 3}}");
                assertThat(systemd.hears(heard -> heard.startsWith("RELOADING=1\nMONOTONIC_USEC=")))
                        .isNotEmpty();
                assertThat(systemd.hears("READY=1"::equals)).isNotEmpty();

                sigterm(daemon);
                assertThat(systemd.hears(heard -> heard.startsWith("STOPPING=1\n"))).isNotEmpty();
                assertThat(awaitLine(output, "stopped")).isNotEmpty();
            } finally {
                daemon.destroyForcibly();
            }
        }
    }
}
