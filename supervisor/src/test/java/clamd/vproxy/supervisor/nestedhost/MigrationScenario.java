package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A guest moves to another host and back while it runs; {@code libvirt-host} runs it by its name.
 */
@Order(9)
@Tag("two-hosts")
@Scenario
final class MigrationScenario {
    private static final String POLICY =
            """
            {
              "version": 1,
              "rules": [
                {"match": {"name": "nomad"}, "tenant": "south", "maxStreamSize": "64KiB", "maxDailyScans": 2},
                {"match": {"name": "exile"}, "deny": true}
              ]
            }
            """;

    private static final int UPLOADED = 500_000;
    private static final String SCAN = "stream /clean | ask ";
    private static final String ASK_SECOND = "ask " + SecondHost.PORT;

    private final ServiceLog log;
    private final GuestVm nomad = GuestVm.withAutomaticCid("nomad");
    private final GuestVm exile = GuestVm.withAutomaticCid("exile");
    private SecondHost second;

    MigrationScenario(Host host) {
        this.log = host.log();
    }

    @BeforeAll
    void startSecondHost() throws Exception {
        second = SecondHost.start(POLICY);
        GuestVm.boot(nomad);
    }

    @AfterAll
    void stopSecondHost() throws Exception {
        GuestVm.end(nomad, exile);
        second.stop();
    }

    @BeforeEach
    void lookAtNewLinesOnly() {
        log.mark();
        second.log().mark();
    }

    @Test
    @Order(1)
    void aMovedGuestIsServedByItsNewHostAlone() throws Exception {
        assertThat(nomad.run(SCAN)).isEqualTo("stream: OK");
        long before = nomad.cid();
        log.awaitSession(nomad, "cid=\"%d\"".formatted(before), "tenant=\"north\"");
        nomad.order(
                "(printf 'zINSTREAM\\0'; size 900000; head -c %d /dev/zero; sleep 300) | ask"
                        .formatted(UPLOADED));
        Host.awaitSpooled(1, UPLOADED);
        nomad.migrate(SecondHost.LIBVIRTD);

        log.awaitSession(nomad, "cid=\"%d\"".formatted(before), "termination=\"guest-");
        log.await("guest stopped", "domain=\"nomad\"", "cid=\"%d\"".formatted(before));
        long now = nomad.cid();
        assertThat(now).isNotEqualTo(before);
        second.log().await("guest started", "domain=\"nomad\"", "cid=\"%d\"".formatted(now));
        assertThat(nomad.run(SCAN + SecondHost.PORT)).isEqualTo("stream: OK");
        second.log()
                .awaitSession(nomad, "cid=\"%d\"".formatted(now), "tenant=\"south\"", "rules[0]");
        assertThat(nomad.run("printf 'zPING\\0' | ask")).isEqualTo("Guest not known. ERROR");
        log.await("cid=\"%d\"".formatted(now), "termination=\"unknown-guest\"");
    }

    @Test
    @Order(2)
    void itsLimitsAreThoseOfTheNewHostWhichCountsItsDayForItself() throws Exception {
        nomad.run("head -c 70000 /dev/zero > /large");
        assertThat(nomad.run("stream /large | " + ASK_SECOND))
                .isEqualTo("INSTREAM size limit exceeded. ERROR");
        assertThat(nomad.run(SCAN + SecondHost.PORT)).isEqualTo("stream: OK");
        assertThat(nomad.run(SCAN + SecondHost.PORT)).isEqualTo("Daily scan quota exceeded. ERROR");
        assertThat(SecondHost.guest(nomad)).contains("2 scans (0 left)");
    }

    @Test
    @Order(3)
    void aGuestThatMovesBackWhileItsMemoryFollowsIsServedAsBefore() throws Exception {
        nomad.migrate(Libvirtd.FIRST, "--postcopy", "--postcopy-after-precopy");
        second.log().await("guest stopped", "domain=\"nomad\"");
        log.await("guest started", "domain=\"nomad\"", "cid=\"%d\"".formatted(nomad.cid()));
        assertThat(nomad.run(SCAN)).isEqualTo("stream: OK");
        assertThat(nomad.run("scan /large")).isEqualTo("stream: OK");
        log.awaitSession(nomad, "cid=\"%d\"".formatted(nomad.cid()), "tenant=\"north\"");
        assertThat(Shell.run("clamd-vproxy", "guest", "nomad"))
                .as("one scan before it left, and these two")
                .contains("3 scans (no limit)");
    }

    @Test
    @Order(4)
    void aHostThatDeniesAGuestLeavesItAndItsSessionsWhereTheyAre() throws Exception {
        SecondHost.makeHookStrict();
        GuestVm.boot(exile);
        CompletableFuture<Output> ping =
                exile.order("(until test -e /go; do sleep 1; done; printf 'zPING\\0') | ask");
        long cid = exile.cid();
        Eventually.holds("it is connected", Shell.LIMIT, () -> Host.connections(cid) == 1);
        assertThatThrownBy(() -> exile.migrate(SecondHost.LIBVIRTD))
                .hasMessageContaining("clamd-vproxy: guest exile refused: ");
        assertThat(exile.cid()).isEqualTo(cid);
        exile.run("touch /go");
        assertThat(ping.get(Shell.LIMIT.toSeconds(), TimeUnit.SECONDS).text()).isEqualTo("PONG");
        assertThat(log.sinceMark())
                .noneMatch(line ->
                        line.contains("guest stopped") && line.contains("domain=\"exile\""));
    }
}
