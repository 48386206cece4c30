package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.supervisor.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Guests that are destroyed while they use clamd, and others that get their CID. */
@Order(2)
@Scenario
final class DestroyScenario {
    private static final long CID = 77;

    private final Host host;
    private final ServiceLog log;
    private final GuestVm beta = GuestVm.withCid("beta", CID);
    private final GuestVm gamma = GuestVm.withCid("gamma", CID);

    DestroyScenario(Host host) {
        this.host = host;
        this.log = host.log();
    }

    @BeforeEach
    void bootBeta() throws Exception {
        log.mark();
        GuestVm.boot(beta);
    }

    @Test
    @Order(1)
    void aGuestDestroyedInUploadsLeavesNothingBehind() throws Exception {
        for (int i = 0; i < Host.MAX_UPLOADS; i++) {
            beginUpload();
        }
        Eventually.holds("all upload", () -> Host.connectionsToClamd() == Host.MAX_UPLOADS);
        beta.destroy();
        for (int i = 0; i < Host.MAX_UPLOADS; i++) {
            log.awaitSession(beta, "verdict=\"error\"", "termination=\"guest-");
        }
        log.await("guest stopped", "domain=\"beta\"", "cid=\"77\"");
        Eventually.holds("clamd is rid of them", () -> Host.connectionsToClamd() == 0);
    }

    @Test
    @Order(2)
    void itsPlacesAtClamdAreFreeAfterwards() throws Exception {
        assertThat(beta.run("scan /eicar")).endsWith("FOUND");
    }

    @Test
    @Order(3)
    void aGuestDestroyedInAScanEndsItsSessionBeforeClamdDoes() throws Exception {
        int bytes = 20_000_000;
        beta.run("head -c %d /dev/zero > /large".formatted(bytes));
        CompletableFuture<Output> scan = beta.order("scan /large");
        Host.awaitSpooled(bytes);
        host.signalClamd("STOP");
        try {
            assertThat(scan).as("clamd stands still in the scan").isNotDone();
            beta.destroy();
            log.awaitSession(beta, "bytes=\"%d\"".formatted(bytes), "termination=\"guest-");
        } finally {
            host.signalClamd("CONT");
        }
        Eventually.holds("clamd is rid of it", () -> Host.connectionsToClamd() == 0);
    }

    @Test
    @Order(4)
    void theCidOfADestroyedGuestIsUnknownAtOnce() throws Exception {
        beta.destroy();
        try (StrayQemu stray = StrayQemu.start(CID)) {
            assertThat(stray.firstReply()).isEqualTo("Guest not known. ERROR");
            log.await("cid=\"77\"", "termination=\"unknown-guest\"");
        }
    }

    @Test
    @Order(5)
    void theNextOwnerOfACidGetsItsOwnPolicyAndNothingOfTheOldSessions() throws Exception {
        beginUpload();
        Eventually.holds("it uploads", () -> Host.connectionsToClamd() == 1);
        beta.destroy();
        GuestVm.boot(gamma);
        assertThat(gamma.firstReply()).isEqualTo("Command not allowed. ERROR");
        assertThat(gamma.run("printf 'zPING\\0' | ask")).isEqualTo("PONG");
        log.awaitSession(beta, "cid=\"77\"", "rules[1]", "termination=\"guest-");
        log.awaitSession(gamma, "cid=\"77\"", "rules[2]", "command=\"PING\"", "completed");
        gamma.destroy();
    }

    private void beginUpload() throws Exception {
        beta.order(
                "(printf 'zINSTREAM\\0'; size 900000; head -c 500000 /dev/zero; sleep 300) | ask");
    }
}
