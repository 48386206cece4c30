package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Policy changes, the drain and the stop of one guest's worker, over real sockets. */
@Timeout(30)
class GuestWorkerPolicyTest extends WorkerFixture {
    @Test
    void aRaisedQuotaServesThoseThatWaitAtOnce() throws Exception {
        GuestWorker worker = rig.worker("raised", TestLimits.limits().connections(1).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        TestGuest third = rig.connect(worker).send("zPING\0");

        worker.setPolicy(TestLimits.limits().connections(3).policy(), worker.tenant());

        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
        assertThat(third.receiveAllAndClose()).isEqualTo("PONG\0");
        first.send(END);
        assertThat(first.receiveAllAndClose()).isEqualTo("stream: OK\0");
    }

    @Test
    void aLoweredQuotaLetsRunningSessionsEnd() throws Exception {
        GuestWorker worker = rig.worker("lowered", TestLimits.limits().connections(3).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connectUploading(worker);
        worker.setPolicy(TestLimits.limits().connections(1).policy(), worker.tenant());
        TestGuest third = rig.connect(worker).send("zPING\0");

        first.send(END);
        assertThat(first.receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(rig.count(Termination.COMPLETED)).isLessThanOrEqualTo(1);
        second.send(END);
        assertThat(second.receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(third.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aQuotaThatWasZeroForAWhileServesThoseThatWaited() throws Exception {
        GuestWorker worker = rig.worker("paused", TestLimits.limits().connections(1).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        worker.setPolicy(TestLimits.limits().connections(0).policy(), worker.tenant());
        first.send(END).receiveAllAndClose();
        Eventually.noThreadIsLeft("paused#");

        worker.setPolicy(TestLimits.limits().connections(1).policy(), worker.tenant());
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aChangedPolicyDoesNotReachARunningSession() throws Exception {
        GuestWorker worker = rig.worker("changed", TestLimits.limits().policy());
        TestGuest running = rig.connectUploading(worker);
        worker.setPolicy(
                TestLimits.limits().commands(EnumSet.of(Command.PING)).policy(), worker.tenant());

        assertThat(rig.connect(worker).send("zVERSION\0").receiveAllAndClose())
                .isEqualTo("Command not allowed. ERROR\0");
        running.send(END);
        assertThat(running.receiveAllAndClose()).isEqualTo("stream: OK\0");
    }

    @Test
    void aGuestThatBecomesDeniedFinishesWhatRunsAndWaitingConnectionsAreRefused() throws Exception {
        GuestWorker worker = rig.worker("fallen", TestLimits.limits().connections(1).policy());
        TestGuest running = rig.connectUploading(worker);
        TestGuest waiting = rig.connect(worker).send("nPING\n");

        worker.setPolicy(TestLimits.limits().connections(0).waiting(0).denied(), worker.tenant());

        assertThat(waiting.receiveAllAndClose()).isEqualTo("Guest not allowed. ERROR\n");
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Guest not allowed. ERROR\0");
        running.send(END);
        assertThat(running.receiveAllAndClose()).isEqualTo("stream: OK\0");

        worker.setPolicy(TestLimits.limits().policy(), worker.tenant());
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void drainingLetsARunningStreamFinishAndTheOthersGo() throws Exception {
        GuestWorker worker = rig.worker("drained", TestLimits.limits().connections(2).policy());
        TestGuest running = rig.connectUploading(worker);
        TestGuest idle = rig.connect(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        worker.drain(Termination.SHUTDOWN);

        assertThat(idle.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\n");
        assertThat(waiting.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Service is stopping. ERROR\0");
        assertThat(worker.awaitEnd(Duration.ofMillis(50))).isFalse();

        running.send(END);
        assertThat(running.receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(worker.awaitEnd(Duration.ofSeconds(10))).isTrue();
        Eventually.noThreadIsLeft("drained#");
    }

    @Test
    void stoppingEndsSessionsInEveryState() throws Exception {
        rig.clamd.is(conversation -> {
            conversation.readRequest();
            FakeClamd.silent(conversation);
        });
        GuestWorker worker = rig.worker("stopped", TestLimits.limits().connections(4).policy());
        TestGuest uploading = rig.connectUploading(worker);
        TestGuest scanning = rig.connectUploading(worker).send(END);
        TestGuest pinging = rig.connect(worker).send("nPING\n");
        TestGuest lingering = rig.connect(worker).send("nSCAN /\n");
        TestGuest idle = rig.connect(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        Eventually.holds("a ping at clamd", () -> rig.sockets.requests.held() == 1);

        worker.stop(Termination.SHUTDOWN);

        assertThat(uploading.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        assertThat(scanning.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        assertThat(pinging.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\n");
        assertThat(idle.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\n");
        assertThat(lingering.receiveAllAndClose()).endsWith(". ERROR\n");
        assertThat(waiting.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        assertThat(worker.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(rig.results).hasSize(6);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Service is stopping. ERROR\0");
    }
}
