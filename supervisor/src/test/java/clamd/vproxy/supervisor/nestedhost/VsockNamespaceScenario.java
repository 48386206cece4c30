package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The supervisor and libvirtd in network namespaces with and without a vsock of their own, which
 * needs Linux 7. {@code libvirt-host} runs it by its name only.
 */
@Order(9)
@Tag("linux-7")
@Scenario
final class VsockNamespaceScenario {
    private static final Path MODE_OF_CHILDREN = Path.of("/proc/sys/net/vsock/child_ns_mode");
    private static final Path DROP_IN =
            Path.of("/etc/systemd/system/clamd-vproxy.service.d/namespace.conf");

    private static final String PING = "printf 'zPING\\0' | ask";
    private static final String SCAN = "scan /clean";
    private static final String POLICY = "{\"version\": 1}";

    private final Host host;
    private final ServiceLog log;
    private final GuestVm gamma;

    VsockNamespaceScenario(Host host) {
        this.host = host;
        this.log = host.log();
        this.gamma = host.gamma;
    }

    /** The socket unit listens in the host's namespace, wherever the service runs. */
    @BeforeAll
    void listenByTheServiceItself() throws Exception {
        Shell.script("systemctl stop clamd-vproxy.socket; systemctl mask clamd-vproxy.socket");
        GuestVm.boot(gamma);
    }

    @AfterAll
    void putBack() throws Exception {
        moveSupervisorTo("");
        Shell.script("systemctl unmask clamd-vproxy.socket");
        host.restartSupervisor("");
    }

    @BeforeEach
    void lookAtNewLinesOnly() {
        log.mark();
    }

    /** Restarts the supervisor in a namespace, or in the host's own. */
    private void moveSupervisorTo(String namespace) throws Exception {
        Files.createDirectories(DROP_IN.getParent());
        Files.writeString(
                DROP_IN,
                "[Service]\nFileDescriptorStoreMax=0\nEnvironment=FDSTORE=0\n"
                        + (namespace.isEmpty()
                                ? ""
                                : "NetworkNamespacePath=/run/netns/%s\n".formatted(namespace)));
        Shell.script("systemctl daemon-reload");
        host.restartSupervisor("");
    }

    private static String status() throws Exception {
        return Shell.run("clamd-vproxy", "status");
    }

    @Test
    @Order(1)
    void aNamespaceCreatedInGlobalModeSharesTheHostsVsock() throws Exception {
        assertThat(MODE_OF_CHILDREN).hasContent("global");
        Shell.script("ip netns add shared");
        moveSupervisorTo("shared");
        assertThat(gamma.run(PING)).isEqualTo("PONG");
        assertThat(status()).doesNotContain("network namespace");
        assertThat(log.sinceMark()).noneMatch(line -> line.contains("network namespace"));
    }

    @Test
    @Order(2)
    void aSupervisorInANamespaceCreatedInLocalModeSaysThatNoGuestOfTheHostReachesIt()
            throws Exception {
        Files.writeString(MODE_OF_CHILDREN, "local");
        Shell.script("ip netns add own");
        moveSupervisorTo("own");
        log.await("this network namespace has a vsock of its own");
        assertThat(status()).contains("vsock 2:3400, of this network namespace");
        assertThat(gamma.order(PING).get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text())
                .contains("connect: ");
    }

    @Test
    @Order(3)
    void theSocketUnitOfTheHostBringsItsGuestsToASupervisorInThatNamespace() throws Exception {
        Shell.script("systemctl unmask clamd-vproxy.socket; systemctl stop clamd-vproxy");
        Shell.script("systemctl start clamd-vproxy.socket");
        host.restartSupervisor("");
        assertThat(gamma.run(PING)).isEqualTo("PONG");
        assertThat(status()).doesNotContain("network namespace");
        assertThat(log.sinceMark()).noneMatch(line -> line.contains("network namespace"));
        Shell.script("systemctl stop clamd-vproxy.socket; systemctl mask clamd-vproxy.socket");
    }

    @Test
    @Order(4)
    void aLibvirtdInThatNamespaceMayGiveItsGuestTheCidOfAGuestOfTheHost() throws Exception {
        moveSupervisorTo("");
        SecondHost second = SecondHost.startInNamespace("own", POLICY);
        try {
            second.log().await("this network namespace has a vsock of its own");
            GuestVm twin = GuestVm.withCid("twin", gamma.cid()).at(SecondHost.LIBVIRTD);
            twin.create().awaitBoot();
            assertThat(twin.run(SCAN)).isEqualTo("stream: OK");
            second.log().awaitSession(twin, "cid=\"78\"", "verdict=\"clean\"");
            assertThat(gamma.run(SCAN)).isEqualTo("stream: OK");
            log.awaitSession(gamma, "cid=\"78\"", "verdict=\"clean\"");
            twin.destroy();
        } finally {
            second.stop();
        }
    }
}
