package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Two guests with different policies, each asking as early as it can and then for everything. */
@Order(1)
@Scenario
final class CommandsAndLimitsScenario {
    private static final String INFECTED = "stream: Eicar-Test-Signature.UNOFFICIAL FOUND";

    private final ServiceLog log;
    private final GuestVm alpha;
    private final GuestVm beta;

    CommandsAndLimitsScenario(Host host) {
        this.log = host.log();
        this.alpha = host.alpha;
        this.beta = host.beta;
    }

    @BeforeAll
    void bootGuests() throws Exception {
        log.mark();
        GuestVm.boot(alpha, beta);
    }

    @BeforeEach
    void lookAtNewLinesOnly() {
        log.mark();
    }

    @Test
    @Order(1)
    void aGuestThatAsksAsEarlyAsItCanIsServedUnderItsOwnPolicy() throws Exception {
        assertThat(alpha.firstReply()).startsWith("ClamAV 1.");
        assertThat(beta.firstReply()).isEqualTo("Command not allowed. ERROR");
    }

    @Test
    @Order(2)
    void aCleanFileIsCleanForBoth() throws Exception {
        assertThat(alpha.run("scan /clean")).isEqualTo("stream: OK");
        assertThat(beta.run("scan /clean")).isEqualTo("stream: OK");
        log.awaitSession(
                alpha, "cid=\"%d\"".formatted(alpha.cid()), "rules[0]", "verdict=\"clean\"");
        log.awaitSession(beta, "cid=\"77\"", "rules[1]", "verdict=\"clean\"");
    }

    @Test
    @Order(3)
    void eicarIsFoundForBoth() throws Exception {
        assertThat(alpha.run("scan /eicar")).isEqualTo(INFECTED);
        assertThat(beta.run("scan /eicar")).isEqualTo(INFECTED);
        log.awaitSession(alpha, "signature=\"Eicar-Test-Signature.UNOFFICIAL\"");
        log.awaitSession(beta, "signature=\"Eicar-Test-Signature.UNOFFICIAL\"");
    }

    @Test
    @Order(4)
    void aPingIsAnsweredWhereThePolicyAllowsIt() throws Exception {
        assertThat(alpha.run("printf 'zPING\\0' | ask")).isEqualTo("PONG");
        assertThat(beta.run("printf 'zPING\\0' | ask")).isEqualTo("Command not allowed. ERROR");
        log.awaitSession(beta, "termination=\"command-refused\"", "rules[1]");
    }

    @Test
    @Order(5)
    void aCommandForTheHostsFilesIsRefused() throws Exception {
        assertThat(alpha.run("printf 'zSCAN /etc/passwd\\0' | ask"))
                .isEqualTo("SCAN: Command not allowed. ERROR");
        assertThat(alpha.run("printf 'nSHUTDOWN\\n' | ask"))
                .isEqualTo("Command not allowed. ERROR");
        log.awaitSession(alpha, "termination=\"command-refused\"");
    }

    @Test
    @Order(6)
    void aStreamOverTheLimitIsRefused() throws Exception {
        alpha.run("head -c 70000 /dev/zero > /large");
        beta.run("head -c 70000 /dev/zero > /large");
        assertThat(alpha.run("scan /large")).isEqualTo("INSTREAM size limit exceeded. ERROR");
        assertThat(beta.run("scan /large")).isEqualTo("stream: OK");
        log.awaitSession(alpha, "termination=\"stream-limit\"", "verdict=\"refused\"");
    }

    @Test
    @Order(7)
    void aConnectionAboveTheQuotaWaitsAndIsThenRefused() throws Exception {
        String holdOut = "(until test -e /enough; do sleep 1; done) | ask";
        CompletableFuture<Output> first = alpha.order(holdOut);
        CompletableFuture<Output> second = alpha.order(holdOut);
        long cid = alpha.cid();
        Eventually.holds("both are connected", Shell.LIMIT, () -> Host.connections(cid) == 2);
        assertThat(alpha.run("printf 'zPING\\0' | ask"))
                .isEqualTo("Connection quota exceeded. ERROR");
        log.awaitSession(alpha, "termination=\"quota\"");
        alpha.run("touch /enough");
        first.join();
        second.join();
        assertThat(alpha.run("printf 'zPING\\0' | ask")).isEqualTo("PONG");
    }
}
