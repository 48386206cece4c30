package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** libvirtd goes and comes back under guests that scan. */
@Order(4)
@Scenario
final class LibvirtdRestartScenario {
    private static final int BYTES = 2_000_000;

    private final ServiceLog log;
    private final GuestVm beta;
    private final GuestVm gamma;

    LibvirtdRestartScenario(Host host) {
        this.log = host.log();
        this.beta = host.beta;
        this.gamma = host.gamma;
    }

    @BeforeAll
    void bootBeta() throws Exception {
        GuestVm.boot(beta);
    }

    @BeforeEach
    void lookAtNewLinesOnly() {
        log.mark();
    }

    @Test
    @Order(1)
    void noScanIsLostWhenLibvirtdIsRestarted() throws Exception {
        assertThatAScanOutlasts("systemctl restart libvirtd");
    }

    @Test
    @Order(2)
    void noScanIsLostWhenLibvirtdIsKilled() throws Exception {
        assertThatAScanOutlasts("systemctl kill --signal=KILL libvirtd; systemctl start libvirtd");
    }

    @Test
    @Order(3)
    void eventsAfterTheRestartAreSeen() throws Exception {
        gamma.defineIdle().start();
        log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
        gamma.destroy();
        log.await("guest stopped", "domain=\"gamma\"", "cid=\"78\"");
    }

    @Test
    @Order(4)
    void aGuestStartedWhileLibvirtdWasOutOfReachIsLearntByTheList() throws Exception {
        Shell.script("clamd-vproxy hook uninstall");
        Host.keepFromLibvirt();
        try {
            log.await("libvirt at qemu:///system");
            gamma.defineIdle().start();
            assertThat(beta.run("scan /eicar")).as("known guests are served").endsWith("FOUND");
            assertThat(log.sinceMark()).noneMatch(line -> line.contains("domain=\"gamma\""));
        } finally {
            Host.letToLibvirt();
        }
        log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
        gamma.destroy();
        Shell.script("clamd-vproxy hook install");
    }

    private void assertThatAScanOutlasts(String whatHappens) throws Exception {
        CompletableFuture<Output> upload =
                beta.order(
                        "(printf 'zINSTREAM\\0'; size %d; head -c 1000000 /dev/zero; until test -e /go; do sleep 0.2; done; head -c %d /dev/zero; size 0) | ask"
                                .formatted(BYTES, BYTES - 1_000_000));
        beta.run("head -c %d /dev/zero > /large".formatted(BYTES));
        Host.awaitSpooled(1, 1_000_000);
        Shell.script(whatHappens);
        log.await("libvirt at qemu:///system: connected");
        beta.run("touch /go");
        assertThat(upload.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text())
                .isEqualTo("stream: OK");
        beta.run("rm /go");
        log.awaitSession(beta, "bytes=\"%d\"".formatted(BYTES), "verdict=\"clean\"");
    }
}
