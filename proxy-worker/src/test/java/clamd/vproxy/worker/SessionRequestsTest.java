package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionStep;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.shares.TenantShare;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import clamd.vproxy.worker.testing.WorkerRig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The requests of an IDSESSION count for their guest as connections of their own would. */
@Timeout(30)
class SessionRequestsTest {
    private static final int HOST_LIMIT = 2;

    @TempDir Path folder;
    private WorkerRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new WorkerRig(folder, HOST_LIMIT);
    }

    @AfterEach
    void nothingIsLeftOver() throws IOException {
        rig.close();
    }

    @Test
    void allRequestsOfASessionTakeOneConnectionOfTheQuota() throws Exception {
        GuestWorker worker = rig.worker("one", TestLimits.limits().connections(1).policy());
        String told =
                rig.connect(worker)
                        .send("zIDSESSION\0zPING\0nPING\nzPING\0zEND\0")
                        .receiveAllAndClose();
        assertThat(told).isEqualTo("1: PONG\0" + "2: PONG\n" + "3: PONG\0");
        Eventually.holds("all results", () -> rig.results.size() == 4);
        assertThat(rig.results)
                .extracting(SessionResult::commandText)
                .containsExactly("PING", "PING", "PING", "IDSESSION");
    }

    @Test
    void furtherRequestsKeepToTheConnectionRate() throws Exception {
        GuestWorker worker =
                rig.worker(
                        "fast",
                        TestLimits.limits()
                                .connectionRate(2)
                                .queueTimeout(Duration.ofSeconds(20))
                                .policy());
        long begin = System.nanoTime();
        String told =
                rig.connect(worker)
                        .send("zIDSESSION\0" + "zPING\0".repeat(5) + "zEND\0")
                        .receiveAllAndClose();
        assertThat(told).endsWith("5: PONG\0");
        // two of the five requests are free at once, and two come in a second
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void aRequestThatWaitsForItsTurnTooLongIsRefused() throws Exception {
        GuestWorker worker =
                rig.worker(
                        "impatient",
                        TestLimits.limits()
                                .connectionRate(1)
                                .queueTimeout(Duration.ofMillis(100))
                                .policy());
        assertThat(
                        rig.connect(worker)
                                .send("zIDSESSION\0zPING\0zPING\0zPING\0")
                                .receiveAllAndClose())
                .isEqualTo("1: PONG\0" + "2: Connection rate exceeded. ERROR\0");
    }

    @Test
    void aGuestThatIsDeniedMeanwhileGetsNoFurtherAnswer() throws Exception {
        GuestWorker worker = rig.worker("denied", TestLimits.limits().policy());
        TestGuest guest = restingSession(worker);
        worker.setPolicy(TestLimits.limits().denied(), worker.tenant());
        assertThat(guest.send("zPING\0").receiveAllAndClose())
                .isEqualTo("1: PONG\0" + "2: Guest not allowed. ERROR\0");
    }

    @Test
    void aRequestCountsForTheTenantOfItsMoment() throws Exception {
        GuestWorker worker = rig.worker("moved", TestLimits.limits().policy());
        TestGuest guest = restingSession(worker);
        TenantShare acme = rig.tenant("acme");
        worker.setPolicy(TestLimits.limits().tenant("acme").policy(), acme);
        assertThat(guest.send("zINSTREAM\0\0\0\0\0zEND\0").receiveAllAndClose())
                .isEqualTo("1: PONG\0" + "2: stream: OK\0");
        assertThat(acme.dailyUsage().today().scans()).isEqualTo(1);
    }

    @Test
    void aPausedGuestsRequestWaitsForTheEndOfThePause() throws Exception {
        GuestWorker worker = rig.worker("paused", TestLimits.limits().policy());
        TestGuest guest = restingSession(worker);
        worker.setAdmission(Admission.PAUSED);
        guest.send("zPING\0zEND\0");
        Eventually.holds(
                "the request is read",
                () -> worker.sessions().getFirst().step() != SessionStep.COMMAND);
        assertThat(rig.results).hasSize(1);
        worker.setAdmission(Admission.OPEN);
        assertThat(guest.receiveAllAndClose()).isEqualTo("1: PONG\0" + "2: PONG\0");
    }

    @Test
    void aSessionThatRestsGivesWayAtTheHostLimit() throws Exception {
        GuestWorker many = rig.worker("many", TestLimits.limits().policy());
        List<TestGuest> resting = List.of(restingSession(many), restingSession(many));
        GuestWorker other = rig.worker("other", TestLimits.limits().policy());
        assertThat(rig.connect(other).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
        Eventually.holds("one gave way", () -> rig.count(Termination.HOST_LIMIT) == 1);
        assertThat(resting.getFirst().receiveAllAndClose())
                .isEqualTo("1: PONG\0" + "2: Connection limit of the host exceeded. ERROR\0");
    }

    @Test
    void aDrainEndsASessionThatRests() throws Exception {
        GuestWorker worker = rig.worker("stopping", TestLimits.limits().policy());
        TestGuest guest = restingSession(worker);
        worker.drain(Termination.SHUTDOWN);
        assertThat(guest.receiveAllAndClose())
                .isEqualTo("1: PONG\0" + "2: Service is stopping. ERROR\0");
    }

    /** A session whose first request is answered. */
    private TestGuest restingSession(GuestWorker worker) throws IOException {
        int before = rig.results.size();
        TestGuest guest = rig.connect(worker).send("zIDSESSION\0zPING\0");
        Eventually.holds(
                "the session rests",
                () ->
                        rig.results.size() == before + 1
                                && worker.sessions().stream()
                                        .allMatch(each -> each.step() == SessionStep.COMMAND));
        return guest;
    }
}
