package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Everything that may happen to a domain while its guest wants to scan. */
@Order(3)
@Scenario
final class LifecycleScenario {
    private static final String PING = "printf 'zPING\\0' | ask";
    private static final String VSOCK = "<vsock model='virtio'><cid auto='yes'/></vsock>";

    private final ServiceLog log;
    private final GuestVm alpha;
    private final GuestVm delta = GuestVm.withAutomaticCid("delta");
    private final GuestVm transientGuest = GuestVm.withAutomaticCid("transient");

    LifecycleScenario(Host host) {
        this.log = host.log();
        this.alpha = host.alpha;
    }

    @BeforeEach
    void bootAlpha() throws Exception {
        log.mark();
        GuestVm.boot(alpha);
    }

    @Test
    @Order(1)
    void aRebootKeepsTheCidAndThePolicy() throws Exception {
        long cid = alpha.cid();
        String boot = "cat /proc/sys/kernel/random/boot_id";
        String before = alpha.run(boot);
        alpha.order("reboot -f");
        // an order that the reboot swallows has no answer, so each waits for a moment only
        Eventually.holds(
                "another boot",
                GuestVm.BOOT_LIMIT,
                () -> !List.of("", before).contains(answer(boot)));
        assertThat(alpha.cid()).isEqualTo(cid);
        assertThat(alpha.firstReply()).startsWith("ClamAV 1.");
        // news of guests of earlier scenarios may be late
        assertThat(log.sinceMark())
                .noneMatch(line ->
                        line.contains("guest stopped") && line.contains("domain=\"alpha\""));
    }

    @Test
    @Order(2)
    void aSuspendedGuestKeepsItsSession() throws Exception {
        CompletableFuture<Output> ping =
                alpha.order("(until test -e /go; do sleep 1; done; printf 'zPING\\0') | ask");
        long cid = alpha.cid();
        Eventually.holds("it is connected", Shell.LIMIT, () -> Host.connections(cid) == 1);
        Shell.virsh("suspend", "alpha");
        assertThat(Host.connections(cid)).isEqualTo(1);
        Shell.virsh("resume", "alpha");
        alpha.run("touch /go");
        assertThat(ping.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text()).isEqualTo("PONG");
    }

    @Test
    @Order(3)
    void aRestoredGuestWithAnotherCidIsItself() throws Exception {
        long saved = alpha.cid();
        alpha.disconnect();
        Shell.virsh("managedsave", "alpha");
        log.await("guest stopped", "domain=\"alpha\"");
        GuestVm.boot(delta);
        assertThat(delta.cid()).as("delta took the CID that was free").isEqualTo(saved);
        alpha.start();
        assertEachIsItself();
    }

    @Test
    @Order(4)
    void aRevertedGuestWithAnotherCidIsItself() throws Exception {
        long saved = alpha.cid();
        Shell.virsh("snapshot-create-as", "alpha", "running");
        alpha.destroy();
        GuestVm other = GuestVm.withAutomaticCid("other").create();
        assertThat(other.cid()).as("other took the CID that was free").isEqualTo(saved);
        Shell.virsh("snapshot-revert", "alpha", "running");
        assertEachIsItself();
        other.destroy();
        delta.destroy();
        Shell.virsh("snapshot-delete", "alpha", "running");
    }

    @Test
    @Order(5)
    void aVsockUnpluggedAndPluggedInAgainIsFollowed() throws Exception {
        Path device = Files.writeString(Path.of("/run/nested-host/vsock.xml"), VSOCK);
        Shell.virsh("detach-device", "alpha", device.toString(), "--live");
        log.await("guest changed", "domain=\"alpha\"", "cid=\"none\"");
        Shell.virsh("attach-device", "alpha", device.toString(), "--live");
        log.await("guest changed", "domain=\"alpha\"", "cid=\"%d\"".formatted(alpha.cid()));
        Eventually.holds(
                "the guest has found it", Shell.LIMIT, () -> alpha.run(PING).equals("PONG"));
    }

    @Test
    @Order(6)
    void aTransientDomainIsServedAndAKilledQemuIsItsEnd() throws Exception {
        transientGuest.create().awaitBoot();
        assertThat(transientGuest.run(PING)).isEqualTo("PONG");
        transientGuest.disconnect();
        Shell.script("kill -9 $(cat /run/libvirt/qemu/transient.pid)");
        log.await("guest stopped", "domain=\"transient\"");
    }

    @Test
    @Order(7)
    void aDomainWithoutVsockIsKnownAndHasNoCid() throws Exception {
        GuestVm offline = GuestVm.withoutVsock("offline").create();
        log.await("guest started", "domain=\"offline\"", "cid=\"none\"");
        offline.destroy();
        log.await("guest stopped", "domain=\"offline\"");
    }

    @Test
    @Order(8)
    void aDomainRenamedWhileOffIsServedUnderItsNewName() throws Exception {
        alpha.destroy();
        Shell.virsh("domrename", "alpha", "beta-2");
        Shell.virsh("start", "beta-2");
        log.await(
                "guest started",
                "domain=\"beta-2\"",
                "uuid=\"%s\"".formatted(alpha.uuid()),
                "rules[1]");
        Shell.virsh("destroy", "beta-2");
        log.await("guest stopped", "domain=\"beta-2\"");
        Shell.virsh("domrename", "beta-2", "alpha");
    }

    private void assertEachIsItself() throws Exception {
        log.mark();
        assertThat(alpha.cid()).isNotEqualTo(delta.cid());
        String scanLarge = "head -c 70000 /dev/zero > /large; scan /large";
        assertThat(alpha.run(scanLarge)).isEqualTo("INSTREAM size limit exceeded. ERROR");
        assertThat(delta.run(scanLarge)).isEqualTo("stream: OK");
        log.awaitSession(alpha, "cid=\"%d\"".formatted(alpha.cid()), "rules[0]");
        log.awaitSession(delta, "cid=\"%d\"".formatted(delta.cid()), "unmatched");
    }

    private String answer(String command) throws Exception {
        return alpha.order(command)
                .thenApply(Output::text)
                .completeOnTimeout("", 10, TimeUnit.SECONDS)
                .get();
    }
}
