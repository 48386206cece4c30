package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an administrator may do to one guest's connections, over real sockets. */
@Timeout(120)
class AdmissionTest extends WorkerFixture {
    private static final String DRAINED = "Service closed for maintenance. ERROR\0";
    private static final String PAUSED = "Service paused for maintenance. ERROR\0";
    private static final String KILLED = "Ended by the administrator. ERROR\0";

    @Test
    void aConnectionInADrainIsRefusedAtOnceAndRunningSessionsGoOn() throws Exception {
        GuestWorker worker = rig.worker("drained", TestLimits.limits().policy());
        TestGuest upload = rig.connectUploading(worker);
        worker.setAdmission(Admission.DRAINING);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo(DRAINED);
        assertThat(upload.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");

        worker.setAdmission(Admission.OPEN);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aConnectionThatWaitedBeforeADrainIsServed() throws Exception {
        GuestWorker worker = rig.worker("queue", TestLimits.limits().connections(1).policy());
        TestGuest upload = rig.connectUploading(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        worker.setAdmission(Admission.DRAINING);
        assertThat(upload.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(waiting.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aConnectionInAPauseWaitsAndIsServedAfterIt() throws Exception {
        GuestWorker worker = rig.worker("paused", TestLimits.limits().policy());
        TestGuest upload = rig.connectUploading(worker);
        worker.setAdmission(Admission.PAUSED);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        assertThat(worker.connectionCount().waiting()).isEqualTo(1);
        assertThat(upload.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        Eventually.holds("one result", () -> rig.results.size() == 1);
        assertThat(worker.connectionCount().waiting()).isEqualTo(1);

        worker.setAdmission(Admission.OPEN);
        assertThat(waiting.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aDrainAfterAPauseServesConnectionsThatWaitedInIt() throws Exception {
        GuestWorker worker = rig.worker("both", TestLimits.limits().policy());
        worker.setAdmission(Admission.PAUSED);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        worker.setAdmission(Admission.DRAINING);
        assertThat(waiting.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aPauseIsWaitedForNoLongerThanTheQueueTimeout() throws Exception {
        GuestWorker worker =
                rig.worker(
                        "late", TestLimits.limits().queueTimeout(Duration.ofMillis(100)).policy());
        worker.setAdmission(Admission.PAUSED);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo(PAUSED);
        Eventually.holds("its result", () -> !rig.results.isEmpty());
        assertThat(rig.results.getFirst().termination()).isEqualTo(Termination.PAUSED);
        assertThat(rig.results.getFirst().verdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void whereNobodyMayWaitAPauseRefusesAtOnce() throws Exception {
        GuestWorker worker = rig.worker("strict", TestLimits.limits().withoutQueue().policy());
        worker.setAdmission(Admission.PAUSED);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo(PAUSED);
    }

    @Test
    void inAPauseNoMoreWaitThanMay() throws Exception {
        GuestWorker worker =
                rig.worker("full", TestLimits.limits().connections(5).waiting(2).policy());
        worker.setAdmission(Admission.PAUSED);
        TestGuest first = rig.connect(worker).send("zPING\0");
        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo(PAUSED);
        worker.setAdmission(Admission.OPEN);
        assertThat(first.receiveAllAndClose()).isEqualTo("PONG\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aReloadDoesNotEndAPauseAndItsDenialEndsTheWait() throws Exception {
        GuestWorker worker = rig.worker("reload", TestLimits.limits().policy());
        worker.setAdmission(Admission.PAUSED);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        worker.setPolicy(TestLimits.limits().connections(3).policy(), worker.tenant());
        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(worker.connectionCount().waiting()).isEqualTo(2);
        worker.setPolicy(TestLimits.limits().denied(), worker.tenant());
        assertThat(waiting.receiveAllAndClose()).isEqualTo("Guest not allowed. ERROR\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("Guest not allowed. ERROR\0");
    }

    @Test
    void aStopInAPauseRefusesWaitingConnections() throws Exception {
        GuestWorker worker = rig.worker("stop", TestLimits.limits().policy());
        worker.setAdmission(Admission.PAUSED);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        worker.drain(Termination.SHUTDOWN);
        assertThat(waiting.receiveAllAndClose()).isEqualTo("Service is stopping. ERROR\0");
        // and nothing opens it again
        worker.setAdmission(Admission.OPEN);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Service is stopping. ERROR\0");
    }

    @Test
    void oneSessionIsKilledAndToldAndTheOtherGoesOn() throws Exception {
        GuestWorker worker = rig.worker("kill", TestLimits.limits().policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connectUploading(worker);
        assertThat(worker.stopSession(1, Termination.KILLED)).isTrue();
        assertThat(first.receiveAllAndClose()).isEqualTo(KILLED);
        assertThat(second.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        Eventually.holds("both results", () -> rig.results.size() == 2);
        assertThat(rig.results.stream().filter(result -> result.session() == 1))
                .singleElement()
                .extracting(SessionResult::termination)
                .isEqualTo(Termination.KILLED);
        assertThat(worker.stopSession(1, Termination.KILLED)).isFalse();
        assertThat(worker.stopSession(99, Termination.KILLED)).isFalse();
    }

    @Test
    void oneThatWaitsIsKilledToo() throws Exception {
        GuestWorker worker = rig.worker("kill", TestLimits.limits().connections(1).policy());
        TestGuest upload = rig.connectUploading(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        TestGuest behind = rig.connect(worker).send("zPING\0");
        assertThat(worker.stopSession(2, Termination.KILLED)).isTrue();
        assertThat(waiting.receiveAllAndClose()).isEqualTo(KILLED);
        assertThat(upload.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(behind.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void allOfAGuestAreKilledAndItMayConnectAgain() throws Exception {
        GuestWorker worker = rig.worker("kill", TestLimits.limits().connections(1).policy());
        TestGuest upload = rig.connectUploading(worker);
        TestGuest waiting = rig.connect(worker).send("zPING\0");
        assertThat(worker.stopSessions(Termination.KILLED)).isEqualTo(2);
        assertThat(upload.receiveAllAndClose()).isEqualTo(KILLED);
        assertThat(waiting.receiveAllAndClose()).isEqualTo(KILLED);
        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
    }

    /** Whatever the order, each connection gets one answer, and none is forgotten. */
    @Test
    void pausesReloadsAndKillsAtRandomLoseNobody() throws Exception {
        long seed = new Random().nextLong();
        List<GuestPolicy> policies =
                List.of(
                        TestLimits.limits().connections(1).policy(),
                        TestLimits.limits().connections(4).policy(),
                        TestLimits.limits().connections(2).withoutQueue().policy());
        GuestWorker worker = rig.worker("random", policies.getFirst());
        Thread administrator =
                Thread.ofPlatform()
                        .start(() -> {
                            Random own = new Random(seed);
                            for (int i = 0; i < 500; i++) {
                                Admission[] all = Admission.values();
                                worker.setAdmission(all[own.nextInt(all.length)]);
                                worker.setPolicy(policies.get(own.nextInt(3)), worker.tenant());
                                worker.stopSession(own.nextInt(300), Termination.KILLED);
                            }
                            worker.setAdmission(Admission.OPEN);
                        });
        // no more at once than the refusal lane holds, and all of them read: a guest that does not
        // would keep the next one waiting
        try (ExecutorService listening = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int batch = 0; batch < 3; batch++) {
                List<Future<String>> heard = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    TestGuest guest = rig.connect(worker).send("zPING\0");
                    heard.add(listening.submit(guest::receiveAllAndClose));
                }
                if (batch == 2) {
                    administrator.join();
                }
                for (Future<String> text : heard) {
                    assertThat(text.get())
                            .as("seed %d", seed)
                            .isIn(
                                    "PONG\0",
                                    DRAINED,
                                    PAUSED,
                                    KILLED,
                                    "Connection quota exceeded. ERROR\0");
                }
            }
        }
    }
}
