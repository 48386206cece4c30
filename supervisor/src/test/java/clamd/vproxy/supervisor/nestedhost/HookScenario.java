package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** libvirt's qemu hook, as the README installs it, beside hooks of others. */
@Order(8)
@Scenario
final class HookScenario {
    private static final Path HOOKS = Path.of("/etc/libvirt/hooks/qemu.d");
    private static final Path OURS = HOOKS.resolve("50-clamd-vproxy");
    private static final Path FOREIGN = HOOKS.resolve("10-foreign");

    private final ServiceLog log;
    private final GuestVm beta;
    private final GuestVm gamma;
    private final GuestVm denied = GuestVm.withCid("denied", 79);

    HookScenario(Host host) {
        this.log = host.log();
        this.beta = host.beta;
        this.gamma = host.gamma;
    }

    @BeforeEach
    void lookAtNewLinesOnly() throws Exception {
        GuestVm.end(gamma, denied);
        // not before: their ends are none that a test waits for
        log.mark();
    }

    @AfterEach
    void removeForeignHook() throws Exception {
        Files.deleteIfExists(FOREIGN);
    }

    @Test
    @Order(1)
    void aGuestIsKnownByTheHookAloneWhileLibvirtIsOutOfReach() throws Exception {
        GuestVm.boot(beta);
        Host.keepFromLibvirt();
        try {
            log.await("libvirt at qemu:///system");
            GuestVm.boot(gamma);
            assertThat(gamma.run("printf 'zPING\\0' | ask")).isEqualTo("PONG");
            log.awaitSession(gamma, "cid=\"78\"", "rules[2]", "command=\"PING\"");
            gamma.destroy();
            log.await("guest stopped", "domain=\"gamma\"");
        } finally {
            Host.letToLibvirt();
        }
        log.await("libvirt at qemu:///system: connected");
    }

    @Test
    @Order(2)
    void reconnectKeepsEveryGuestRunning() throws Exception {
        GuestVm.boot(beta);
        Shell.script("systemctl restart libvirtd");
        log.await("libvirt at qemu:///system: connected");
        assertThat(beta.run("scan /eicar")).endsWith("FOUND");
        assertThat(log.sinceMark())
                .noneMatch(line -> line.contains("guest stopped domain=\"beta\""));
    }

    @Test
    @Order(3)
    void aStartGoesThroughWithoutASupervisorAndIsLearntWhenThereIsOneAgain() throws Exception {
        Shell.script("systemctl stop clamd-vproxy");
        gamma.defineIdle().start();
        Shell.script("systemctl start clamd-vproxy");
        log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
    }

    @Test
    @Order(4)
    void aFrozenSupervisorDelaysAStartByTwoSecondsAtMost() throws Exception {
        Path xml = Path.of("/run/nested-host/gamma-live.xml");
        gamma.defineIdle().start();
        Files.writeString(xml, Shell.virsh("dumpxml", "gamma"));
        gamma.destroy();
        // what counts is the start that it sleeps through
        log.mark();
        Host.signalSupervisor("STOP");
        try {
            long[] millis = LongStream.range(0, 3).map(_ -> millisOfHook(xml)).sorted().toArray();
            assertThat(millis[1]).as("median of three runs in ms").isBetween(1000L, 2000L);
            gamma.defineIdle().start();
        } finally {
            Host.signalSupervisor("CONT");
        }
        log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
    }

    @Test
    @Order(5)
    void aDeniedGuestStartsUnlessTheHookIsStrict() throws Exception {
        denied.defineIdle().start();
        denied.destroy();
        Shell.script("clamd-vproxy hook install --strict");
        Output start = Shell.attempt(Shell.virshCommand("start", "denied"));
        assertThat(start.status()).isNotZero();
        assertThat(start.text()).contains("clamd-vproxy: guest denied refused: ", "policy.json");
        gamma.defineIdle().start();
    }

    @Test
    @Order(6)
    void aStrictHookLetsGuestsStartWithoutASupervisorUnlessItFailsClosed() throws Exception {
        Shell.script("systemctl stop clamd-vproxy");
        gamma.defineIdle().start();
        gamma.destroy();
        Shell.script("clamd-vproxy hook install --strict=fail-closed");
        Output start = Shell.attempt(Shell.virshCommand("start", "gamma"));
        assertThat(start.status()).isNotZero();
        assertThat(start.text()).contains("clamd-vproxy: guest gamma refused: ", "supervisor");
        Shell.script("clamd-vproxy hook install; systemctl start clamd-vproxy");
        log.await("ready", "port=");
        gamma.defineIdle().start();
    }

    @Test
    @Order(7)
    void aGuestThatEndsWithoutAnEventIsForgotten() throws Exception {
        foreignHook("[ $1/$2 != gamma/started ]");
        Output start = Shell.attempt(Shell.virshCommand("start", "gamma"));
        assertThat(start.status()).isNotZero();
        log.await("guest started", "domain=\"gamma\"");
        log.await("guest stopped", "domain=\"gamma\"");
    }

    @Test
    @Order(8)
    void guestsGoOnScanningWhileAForeignHookBlocksEveryList() throws Exception {
        GuestVm.boot(beta);
        gamma.define();
        foreignHook(
                """
                [ $1/$2 = gamma/started ] || exit 0
                touch /run/nested-host/blocks
                until [ -e /run/nested-host/go ]; do sleep 0.2; done\
                """);
        CompletableFuture<Output> start =
                CompletableFuture.supplyAsync(() -> attempt(Shell.virshCommand("start", "gamma")));
        try {
            log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
            Eventually.holds(
                    "the foreign hook runs",
                    Shell.LIMIT,
                    () -> Files.exists(Path.of("/run/nested-host/blocks")));
            assertThat(attempt("timeout", "3", "virsh", "-c", "qemu:///system", "list").status())
                    .as("a list is cut off by its limit")
                    .isEqualTo(124);
            assertThat(beta.run("scan /eicar")).endsWith("FOUND");
            assertThat(start).isNotDone();
        } finally {
            Files.createFile(Path.of("/run/nested-host/go"));
        }
        assertThat(start.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).status()).isZero();
        assertThat(gamma.awaitBoot().run("scan /eicar")).endsWith("FOUND");
        log.awaitSession(gamma, "rules[2]", "verdict=\"infected\"");
    }

    @Test
    @Order(9)
    void anUninstalledHookIsNotMissed() throws Exception {
        Shell.script("clamd-vproxy hook uninstall");
        assertThat(OURS).doesNotExist();
        gamma.defineIdle().start();
        log.await("guest started", "domain=\"gamma\"", "cid=\"78\"");
        Shell.script(
                "clamd-vproxy hook install; systemctl restart libvirtd; clamd-vproxy hook verify");
    }

    private static long millisOfHook(Path xml) {
        long begun = System.nanoTime();
        Output output = attempt("sh", "-c", "%s gamma start begin - < %s".formatted(OURS, xml));
        assertThat(output).isEqualTo(new Output(0, ""));
        return Duration.ofNanos(System.nanoTime() - begun).toMillis();
    }

    private static Output attempt(String... command) {
        try {
            return Shell.attempt(command);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void foreignHook(String script) throws Exception {
        Files.writeString(FOREIGN, "#!/bin/sh\n" + script + "\n");
        Shell.run("chmod", "755", FOREIGN.toString());
    }
}
