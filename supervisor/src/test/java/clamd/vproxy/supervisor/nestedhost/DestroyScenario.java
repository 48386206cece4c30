package clamd.vproxy.supervisor.nestedhost;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Guests that are destroyed while they use clamd, and others that get their CID. */
@Order(2)
@Scenario
final class DestroyScenario {
    private static final long CID = 77;

    /** How far an upload comes that then stands still. */
    private static final int UPLOADED = 500_000;

    private final ServiceLog log;
    private final GuestVm beta;
    private final GuestVm gamma = GuestVm.withCid("gamma-2", CID);

    DestroyScenario(Host host) {
        this.log = host.log();
        this.beta = host.beta;
    }

    @BeforeEach
    void lookAtNewLinesOnly() {
        log.mark();
    }

    @Test
    @Order(1)
    void aGuestDestroyedInUploadsAndInAScanLeavesNothingBehind() throws Exception {
        GuestVm.boot(beta);
        long bytes = Long.parseLong(beta.run("stat -c %s /slow.gz"));
        int others = Host.UPLOADS_OF_ONE_GUEST - 1;
        for (int i = 0; i < others; i++) {
            beginUpload();
        }
        Host.awaitSpooled(others, UPLOADED);
        CompletableFuture<Output> scan = beta.order("scan /slow.gz");
        Host.awaitSpooled(1, bytes);
        Host.signalClamd("STOP");
        try {
            assertThat(Host.connectionsToClamd()).isGreaterThanOrEqualTo(Host.UPLOADS_OF_ONE_GUEST);
            assertThat(scan).as("clamd stands still in the scan").isNotDone();
            beta.destroy();
            log.awaitSession(beta, "bytes=\"%d\"".formatted(bytes), "termination=\"guest-");
            log.await("guest stopped", "domain=\"beta\"", "cid=\"77\"", "tenant=\"none\"");
        } finally {
            Host.signalClamd("CONT");
        }
        // it goes on with the scan, although nobody waits for it
        Eventually.holds("clamd is rid of all", Shell.LIMIT, () -> Host.connectionsToClamd() == 0);
        Eventually.holds(
                "each session has ended once",
                () -> sessionsThatTheGuestLeft() == Host.UPLOADS_OF_ONE_GUEST);
    }

    @Test
    @Order(2)
    void itsPlacesAtClamdAndItsQuotaAreFreeAfterwards() throws Exception {
        GuestVm.boot(beta);
        for (int i = 0; i < Host.UPLOADS_OF_ONE_GUEST; i++) {
            assertThat(beta.run("scan /eicar")).endsWith("FOUND");
        }
    }

    @Test
    @Order(3)
    void theNextOwnerOfACidGetsItsOwnPolicyAndNothingOfTheOldSessions() throws Exception {
        beginUpload();
        Host.awaitSpooled(1, UPLOADED);
        beta.destroy();
        GuestVm.boot(gamma);
        assertThat(gamma.firstReply()).isEqualTo("Command not allowed. ERROR");
        assertThat(gamma.run("printf 'zPING\\0' | ask")).isEqualTo("PONG");
        log.awaitSession(beta, "cid=\"77\"", "rules[1]", "termination=\"guest-");
        log.awaitSession(gamma, "cid=\"77\"", "rules[2]", "command=\"PING\"", "completed");
    }

    @Test
    @Order(4)
    void theCidOfADestroyedGuestIsUnknownAtOnce() throws Exception {
        gamma.destroy();
        try (StrayQemu stray = StrayQemu.start(CID)) {
            assertThat(stray.firstReply()).isEqualTo("Guest not known. ERROR");
            log.await("cid=\"77\"", "termination=\"unknown-guest\"");
        }
    }

    private void beginUpload() throws Exception {
        beta.order(
                "(printf 'zINSTREAM\\0'; size 900000; head -c %d /dev/zero; sleep 300) | ask"
                        .formatted(UPLOADED));
    }

    private long sessionsThatTheGuestLeft() {
        return log.sinceMark().stream()
                .filter(line -> line.contains("termination=\"guest-"))
                .count();
    }
}
