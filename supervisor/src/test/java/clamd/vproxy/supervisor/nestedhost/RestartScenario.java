package clamd.vproxy.supervisor.nestedhost;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Replaces the daemon in every possible way, while two guests, and a process of the host through a
 * hybrid socket, scan streams one after the other.
 */
@Order(10)
@Scenario
final class RestartScenario {
    private static final Path DROP_IN =
            Path.of("/etc/systemd/system/clamd-vproxy.service.d/restart.conf");

    private static final String HYBRID = "[Service]\nReadWritePaths=/run/hybrid\n";

    private static final String PACKAGE =
            System.getProperty("nested-host.project") + "/supervisor/target/clamd-vproxy_*.deb";

    private static final String RESTART = "systemctl restart clamd-vproxy";

    private static final Pattern COUNTS =
            Pattern.compile("clean (\\d+) refused (\\d+) unanswered (\\d+) other (\\d+)");

    private final Host host;
    private final ServiceLog log;
    private final List<GuestVm> guests;

    /** The outcomes of the connections of all clients. */
    private record Counts(int clean, int refused, int unanswered, int other) {
        Counts plus(String said) {
            Matcher counts = COUNTS.matcher(said);
            assertThat(counts.find()).as(said).isTrue();
            return new Counts(
                    clean + Integer.parseInt(counts.group(1)),
                    refused + Integer.parseInt(counts.group(2)),
                    unanswered + Integer.parseInt(counts.group(3)),
                    other + Integer.parseInt(counts.group(4)));
        }
    }

    RestartScenario(Host host) {
        this.host = host;
        this.log = host.log();
        this.guests = List.of(host.beta, host.gamma);
    }

    @BeforeAll
    void bootGuests() throws Exception {
        GuestVm.boot(host.beta, host.gamma);
        Path source =
                Path.of(System.getProperty("nested-host.project"))
                        .resolve("supervisor/src/it/nested-host/guest-load.c");
        Shell.script(
                """
                gcc -Os -o /run/nested-host/guest-load '%s'
                install -d -o clamd-vproxy /run/hybrid
                """
                        .formatted(source));
    }

    @AfterAll
    void putBack() throws Exception {
        Files.delete(DROP_IN);
        Shell.script("systemctl unmask clamd-vproxy.socket; systemctl daemon-reload");
        host.restartSupervisor("");
    }

    private void configure(String dropIn) throws Exception {
        Files.createDirectories(DROP_IN.getParent());
        Files.writeString(DROP_IN, HYBRID + dropIn);
        Shell.script("systemctl daemon-reload");
        host.restartSupervisor("--hybrid-vsock=/run/hybrid/{name}");
    }

    /** Lets all clients scan, runs a script that replaces the daemon, and counts the outcomes. */
    private Counts replace(String title, String script) throws Exception {
        log.mark();
        List<CompletableFuture<Output>> clients = new ArrayList<>();
        for (GuestVm guest : guests) {
            clients.add(guest.order("guest-load /enough; rm /enough"));
        }
        String hybrid = "/run/hybrid/%s_3400".formatted(host.beta.name());
        // runs for as long as the script does, which may be longer than a command's limit
        Process atHybridSocket =
                new ProcessBuilder("/run/nested-host/guest-load", "/run/hybrid/enough", hybrid)
                        .redirectErrorStream(true)
                        .start();
        awaitScans();
        log.mark();
        Shell.script(script);
        log.await("ready", "port=");
        log.mark();
        awaitScans();
        for (GuestVm guest : guests) {
            guest.run("touch /enough");
        }
        Shell.script("touch /run/hybrid/enough");
        List<String> outputs = new ArrayList<>();
        for (CompletableFuture<Output> client : clients) {
            outputs.add(client.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text());
        }
        outputs.add(new String(atHybridSocket.getInputStream().readAllBytes(), UTF_8));
        Counts all = new Counts(0, 0, 0, 0);
        for (String said : outputs) {
            System.out.println(title + ": " + said.strip().replace("\n", "; "));
            all = all.plus(said);
        }
        Shell.script("rm /run/hybrid/enough");
        System.out.println(title + ": " + all);
        return all;
    }

    private void awaitScans() throws Exception {
        for (GuestVm guest : guests) {
            log.awaitSession(guest, "verdict=\"clean\"");
        }
    }

    private void assertNobodyIsTurnedAway(String title) throws Exception {
        for (String way : List.of(RESTART, "dpkg -i --force-confold " + PACKAGE)) {
            Counts counts = replace(title + ", " + way.substring(0, way.indexOf(' ')), way);
            assertThat(counts.refused() + counts.unanswered() + counts.other()).isZero();
        }
        Counts killed = replace(title + ", SIGKILL", "systemctl kill -s KILL clamd-vproxy");
        assertThat(killed.refused() + killed.other()).isZero();
        // the connections that the killed daemon had in service: one of each client
        assertThat(killed.unanswered()).isLessThanOrEqualTo(3);
    }

    @Test
    @Order(1)
    void withoutSocketUnitAndStoreGuestsAreTurnedAway() throws Exception {
        Shell.script("systemctl stop clamd-vproxy.socket; systemctl mask clamd-vproxy.socket");
        configure("FileDescriptorStoreMax=0\nEnvironment=FDSTORE=0\n");
        assertThat(Shell.run("clamd-vproxy", "status"))
                .contains("handed over by systemd: 0, connections are refused during a restart")
                .doesNotContain("wait there over a restart");
        Counts counts = replace("as before, restart", RESTART);
        assertThat(counts.refused()).isPositive();
    }

    @Test
    @Order(2)
    void withTheStoreAloneNobodyIsTurnedAway() throws Exception {
        configure("");
        assertNobodyIsTurnedAway("store alone");
        assertThat(Shell.run("clamd-vproxy", "status"))
                .contains("Listening: vsock 2:3400, sockets: 1, handed over by systemd: 1,");
    }

    @Test
    @Order(3)
    void withTheSocketUnitNobodyIsTurnedAway() throws Exception {
        Shell.script("systemctl unmask clamd-vproxy.socket; systemctl stop clamd-vproxy");
        configure("");
        assertThat(Shell.run("systemctl", "is-active", "clamd-vproxy.socket")).isEqualTo("active");
        assertNobodyIsTurnedAway("socket unit");
        assertThat(Shell.run("clamd-vproxy", "status"))
                .contains("Listening: vsock 2:3400, sockets: 1, handed over by systemd: 1,");
    }

    @Test
    @Order(4)
    void theNextConnectionStartsAServiceThatWasStopped() throws Exception {
        Shell.script("systemctl stop clamd-vproxy");
        assertThat(host.gamma.run("scan /clean")).isEqualTo("stream: OK");
    }
}
