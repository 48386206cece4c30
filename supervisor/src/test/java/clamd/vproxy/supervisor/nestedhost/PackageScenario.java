package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * The package's life under systemd, from a running service to its purge, while a guest runs. The
 * last of all: it takes the service away from the host.
 */
@Order(11)
@Scenario
final class PackageScenario {
    private static final Path POLICY = Path.of("/etc/clamd-vproxy/policy.json");
    private static final Path DROP_IN =
            Path.of("/etc/systemd/system/clamd-vproxy.service.d/test.conf");

    /** Of ten. What is left are sockets, and that the JVM's compiler writes code. */
    private static final double MOST_EXPOSURE = 2.0;

    private static final String SERVING =
            "serving [1-9]\\d* guests, \\d+ sessions, clamd up, libvirt connected";

    private static final String ARCHIVE_NEEDED =
            "CLAMD_VPROXY_JAVA_OPTS=\"$CLAMD_VPROXY_JAVA_OPTS -Xshare:on\" ";

    private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level .*: ([0-9.]+)");

    private final ServiceLog log;
    private final GuestVm gamma;

    PackageScenario(Host host) {
        this.log = host.log();
        this.gamma = host.gamma;
    }

    @BeforeAll
    void bootGuest() throws Exception {
        // another scenario may have left it with nothing to boot
        GuestVm.end(gamma);
        GuestVm.boot(gamma);
    }

    private static String property(String name) throws Exception {
        return Shell.run("systemctl", "show", "--value", "--property=" + name, "clamd-vproxy");
    }

    /** Waits for the run that serves now. */
    private static void awaitService() throws Exception {
        Eventually.holds("the service is ready", Shell.LIMIT, PackageScenario::isServing);
    }

    /**
     * Looks once for both: what the run before said of itself stands in the status until the next
     * one starts, but the service is not active in between. Guests run, and one of them is to scan.
     */
    private static boolean isServing() throws Exception {
        List<String> found =
                Shell.run("systemctl", "show", "--property=ActiveState,StatusText", "clamd-vproxy")
                        .lines()
                        .toList();
        return found.contains("ActiveState=active")
                && found.stream().anyMatch(line -> line.matches("StatusText=" + SERVING + ".*"));
    }

    private void assertScans() throws Exception {
        assertThat(gamma.run("scan /clean")).isEqualTo("stream: OK");
        assertThat(gamma.run("scan /eicar"))
                .isEqualTo("stream: Eicar-Test-Signature.UNOFFICIAL FOUND");
    }

    @Test
    @Order(1)
    void systemdShowsWhatTheServiceSaysOfItself() throws Exception {
        awaitService();
        // it is updated every few seconds, and the guest's first session may have been open then
        Eventually.holds(
                "no session is shown",
                Shell.LIMIT,
                () ->
                        Shell.run("systemctl", "status", "clamd-vproxy")
                                .contains("guests, 0 sessions, clamd up, libvirt connected\""));
        assertThat(property("User")).isEqualTo("clamd-vproxy");
        assertThat(Shell.run("id", "-nG", "clamd-vproxy").split(" "))
                .containsExactly("clamd-vproxy", "clamav");
        assertScans();
    }

    @Test
    @Order(2)
    void itRunsOnItsOwnRuntimeWithItsArchiveOfClassesAndUnpacksNothing() throws Exception {
        String home = "/usr/lib/clamd-vproxy/";
        Path process = Path.of("/proc", property("MainPID"));
        assertThat(process.resolve("exe").toRealPath()).hasToString(home + "runtime/bin/java");
        List<String> mapped =
                Files.readAllLines(process.resolve("maps")).stream()
                        .flatMap(line ->
                                Stream.of(line.split(" ")).filter(part -> part.startsWith("/")))
                        .distinct()
                        .toList();
        assertThat(mapped)
                .contains(
                        home + "lib/clamd-vproxy.jsa",
                        home + "lib/native/libjnidispatch.so",
                        home + "lib/native/libjunixsocket-native.so")
                .noneMatch(file -> file.startsWith("/tmp"));
        // refuses to start if the archive does not fit
        assertThat(Shell.script(ARCHIVE_NEEDED + "clamd-vproxy --version"))
                .startsWith("clamd-vproxy ");
    }

    @Test
    @Order(3)
    void systemdFindsLittleExposed() throws Exception {
        String found = Shell.run("systemd-analyze", "--no-pager", "security", "clamd-vproxy");
        Matcher overall = EXPOSURE.matcher(found);
        assertThat(overall.find()).as(found).isTrue();
        System.out.println(overall.group());
        assertThat(Double.parseDouble(overall.group(1))).as(found).isLessThan(MOST_EXPOSURE);
    }

    @Test
    @Order(4)
    void aReloadWithAWrongFileFailsAndTheOldPolicyStays() throws Exception {
        String before = Files.readString(POLICY);
        Files.writeString(POLICY, "{\"version\": 1, \"defaults\": []}");
        assertThat(Shell.attempt("systemctl", "reload", "clamd-vproxy").status()).isNotZero();
        assertThat(property("ActiveState")).isEqualTo("active");
        assertScans();
        Files.writeString(POLICY, before);
        Shell.run("systemctl", "reload", "clamd-vproxy");
        assertThat(property("ActiveState")).isEqualTo("active");
    }

    @Test
    @Order(5)
    void aServiceThatHangsOrIsKilledIsStartedAgain() throws Exception {
        Files.createDirectories(DROP_IN.getParent());
        Files.writeString(DROP_IN, "[Service]\nWatchdogSec=20\nTimeoutAbortSec=1\n");
        Shell.script("systemctl daemon-reload; systemctl restart clamd-vproxy");
        for (String signal : List.of("STOP", "KILL")) {
            int restarts = Integer.parseInt(property("NRestarts"));
            Shell.run("systemctl", "kill", "--kill-who=main", "--signal=" + signal, "clamd-vproxy");
            Eventually.holds(
                    "a restart after SIG" + signal,
                    Shell.LIMIT,
                    () -> Integer.parseInt(property("NRestarts")) > restarts);
            awaitService();
            assertScans();
        }
        assertThat(Shell.run("journalctl", "-b", "-o", "cat"))
                .contains("clamd-vproxy.service: Watchdog timeout");
        Files.delete(DROP_IN);
        Shell.script("systemctl daemon-reload; systemctl restart clamd-vproxy");
    }

    @Test
    @Order(6)
    void anUpgradeKeepsTheFilesInEtcAndRestartsTheService() throws Exception {
        String policy = Files.readString(POLICY);
        String process = property("MainPID");
        Shell.script(
                """
                cd /run/nested-host
                dpkg-deb -R '%s'/supervisor/target/clamd-vproxy_*.deb next
                sed -i 's/^Version: .*/&+1/' next/DEBIAN/control
                dpkg-deb -Znone -b next next.deb
                rm -r next
                apt-get install -y ./next.deb
                """
                        .formatted(System.getProperty("nested-host.project")));
        assertThat(Shell.run("dpkg-query", "-W", "-f=${Version} ${Status}", "clamd-vproxy"))
                .endsWith("+1 install ok installed");
        assertThat(POLICY).hasContent(policy);
        assertThat(property("MainPID")).isNotEqualTo(process);
        awaitService();
        assertScans();
    }

    @Test
    @Order(7)
    void aPurgeLeavesWhatTheAdministratorMade() throws Exception {
        Path copy = Files.copy(POLICY, POLICY.resolveSibling("policy.json.2026"));
        List<Path> files =
                Shell.run("dpkg-query", "-L", "clamd-vproxy").lines().map(Path::of).toList();
        assertThat(files).hasSizeGreaterThan(100);
        log.mark();
        Shell.run("apt-get", "purge", "-y", "clamd-vproxy");
        log.await("stopped");
        assertThat(files).filteredOn(Files::isRegularFile).isEmpty();
        assertThat(copy).exists();
        for (String gone :
                List.of(
                        "/usr/lib/clamd-vproxy",
                        "/var/lib/clamd-vproxy",
                        "/var/log/clamd-vproxy",
                        "/run/clamd-vproxy",
                        "/etc/libvirt/hooks/qemu.d/50-clamd-vproxy",
                        "/etc/systemd/system/multi-user.target.wants/clamd-vproxy.service")) {
            assertThat(Path.of(gone)).doesNotExist();
        }
        assertThat(Shell.attempt("systemctl", "cat", "clamd-vproxy").status()).isNotZero();
    }

    @Test
    @Order(8)
    void theArchiveIsInstalledAsThePageForOperatorsSays() throws Exception {
        Host.install(Host.OPERATING, "Install from the archive");
        awaitService();
        assertThat(Path.of("/proc", property("MainPID"), "exe").toRealPath())
                .hasToString("/opt/clamd-vproxy/runtime/bin/java");
        assertThat(Shell.script(ARCHIVE_NEEDED + "/usr/local/bin/clamd-vproxy --version"))
                .startsWith("clamd-vproxy ");
        assertScans();
    }
}
