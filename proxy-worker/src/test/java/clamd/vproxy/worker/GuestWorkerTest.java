package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.SessionStep;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.TestGuest;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Quota, rate, queue, threads and results of one guest's worker, over real sockets. */
@Timeout(30)
class GuestWorkerTest extends WorkerFixture {
    @Test
    void everyConnectionIsServedOnAThreadNamedAfterItsDomain() throws Exception {
        GuestWorker worker = rig.worker("web-1", TestLimits.limits().policy());
        for (int i = 0; i < 20; i++) {
            TestGuest guest = rig.connect(worker).send("zPING\0");
            assertThat(guest.receiveAllAndClose()).isEqualTo("PONG\0");
        }
        Eventually.holds("all results", () -> rig.results.size() == 20);
        assertThat(rig.servingThreads.values()).allMatch(name -> name.matches("web-1#\\d+"));
        assertThat(rig.results).allMatch(result -> result.verdict() == Verdict.ANSWERED);
    }

    @Test
    void aFewIdleThreadsServeConnectionsThatComeOneAfterTheOther() throws Exception {
        GuestWorker worker = rig.worker("idle", TestLimits.limits().connections(3).policy());
        List<TestGuest> uploads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            uploads.add(rig.connectUploading(worker));
        }
        for (TestGuest upload : uploads) {
            upload.send(END).receiveAllAndClose();
        }
        for (int i = 0; i < 20; i++) {
            rig.connect(worker).send("zPING\0").receiveAllAndClose();
        }
        Eventually.holds("all results", () -> rig.results.size() == 23);
        assertThat(rig.servingThreads.values()).allMatch(name -> name.matches("idle#[1-6]"));
    }

    @Test
    void aSessionThatWaitsForItsGuestToCloseHoldsNoQuotaAndNoPlaceOfTheHost() throws Exception {
        GuestWorker worker = rig.worker("polite", TestLimits.limits().connections(1).policy());
        TestGuest first = rig.connect(worker).send("zPING\0");
        assertThat(first.receiveAll()).isEqualTo("PONG\0");
        Eventually.holds("nothing is held", () -> rig.host.held() == 0);
        assertThat(worker.connections()).isZero();

        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(second.receiveAll()).isEqualTo("PONG\0");
        first.close();
        second.close();
    }

    @Test
    void sessionsThatWaitForTheirGuestToCloseAreBounded() throws Exception {
        GuestWorker worker = rig.worker("slow", TestLimits.limits().connections(1).policy());
        List<TestGuest> answered = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            TestGuest guest = rig.connect(worker).send("zPING\0");
            assertThat(guest.receiveAll()).isEqualTo("PONG\0");
            answered.add(guest);
        }
        Eventually.holds("both are answered", () -> worker.connections() == 0);
        TestGuest third = rig.connect(worker).send("zPING\0");
        assertThat(worker.connectionCount()).isEqualTo(new ConnectionCount(0, 1));
        answered.getFirst().close();
        assertThat(third.receiveAllAndClose()).isEqualTo("PONG\0");
        answered.getLast().close();
    }

    @Test
    void aConnectionAboveTheQuotaIsServedWhenAnotherEnds() throws Exception {
        GuestWorker worker = rig.worker("quota", TestLimits.limits().connections(1).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(worker.connections()).isEqualTo(2);
        assertThat(rig.results).isEmpty();
        assertThat(worker.sessions())
                .extracting(SessionView::step, SessionView::command)
                .containsExactly(
                        tuple(SessionStep.UPLOAD, Optional.of(Command.INSTREAM)),
                        tuple(SessionStep.QUEUE, Optional.empty()));

        first.send(END);
        assertThat(first.receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aSlowListenerHoldsUpNoOtherConnection() throws Exception {
        GuestWorker worker = rig.worker("told", TestLimits.limits().connections(1).policy());
        try (AutoCloseable _ = rig.holdNextTelling()) {
            TestGuest first = rig.connect(worker).send("zPING\0");
            assertThat(first.receiveAllAndClose()).isEqualTo("PONG\0");
            Eventually.holds("the listener is at it", rig::isTellingHeld);

            for (int i = 0; i < 5; i++) {
                TestGuest next = rig.connect(worker).send("zPING\0");
                assertThat(next.receiveAllAndClose()).isEqualTo("PONG\0");
            }
        }
        Eventually.holds("all results", () -> rig.results.size() == 6);
    }

    @Test
    void aSlowListenerHoldsUpNoConnectionThatWaitsAlready() throws Exception {
        GuestWorker worker = rig.worker("told", TestLimits.limits().connections(1).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        try (AutoCloseable _ = rig.holdNextTelling()) {
            assertThat(first.send(END).receiveAllAndClose()).isEqualTo("stream: OK\0");
            Eventually.holds("the listener is at it", rig::isTellingHeld);
            assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
        }
        Eventually.holds("all results", () -> rig.results.size() == 2);
    }

    @Test
    void aConnectionThatWaitsTooLongIsRefusedWithItsOwnTerminator() throws Exception {
        GuestWorker worker =
                rig.worker(
                        "late",
                        TestLimits.limits()
                                .connections(1)
                                .queueTimeout(Duration.ofMillis(200))
                                .policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zINSTREAM\0");
        TestGuest third = rig.connect(worker).send("nPING\n");

        assertThat(second.receiveAllAndClose()).isEqualTo("Connection quota exceeded. ERROR\0");
        assertThat(third.receiveAllAndClose()).isEqualTo("Connection quota exceeded. ERROR\n");
        first.send(END);
        assertThat(first.receiveAllAndClose()).isEqualTo("stream: OK\0");
    }

    @Test
    void aConnectionOverTheRateWaitsAndIsServed() throws Exception {
        GuestWorker worker = rig.worker("rate", TestLimits.limits().connectionRate(5).policy());
        long begin = System.nanoTime();
        for (int i = 0; i < 7; i++) {
            rig.connect(worker).send("zPING\0");
        }
        Eventually.holds("all results", () -> rig.results.size() == 7);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(400_000_000L);
        assertThat(rig.results).allMatch(result -> result.verdict() == Verdict.ANSWERED);
    }

    @Test
    void aConnectionOverTheRateIsRefusedAtOnceWithoutAQueue() throws Exception {
        GuestWorker worker =
                rig.worker("fast", TestLimits.limits().connectionRate(1).withoutQueue().policy());
        TestGuest first = rig.connect(worker).send("zPING\0");
        assertThat(first.receiveAllAndClose()).isEqualTo("PONG\0");
        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("Connection rate exceeded. ERROR\0");
    }

    @Test
    void aConnectionOverTheQuotaIsRefusedAtOnceWithoutAQueue() throws Exception {
        GuestWorker worker =
                rig.worker("strict", TestLimits.limits().connections(1).withoutQueue().policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        assertThat(second.receiveAllAndClose()).isEqualTo("Connection quota exceeded. ERROR\0");
        first.send(END).receiveAllAndClose();
    }

    @Test
    void aConnectionThatFindsTheQueueFullIsRefusedAtOnce() throws Exception {
        GuestWorker worker =
                rig.worker("full", TestLimits.limits().connections(1).waiting(1).policy());
        TestGuest first = rig.connectUploading(worker);
        TestGuest second = rig.connect(worker).send("zPING\0");
        TestGuest third = rig.connect(worker).send("zPING\0");

        assertThat(third.receiveAllAndClose()).isEqualTo("Connection quota exceeded. ERROR\0");
        first.send(END).receiveAllAndClose();
        assertThat(second.receiveAllAndClose()).isEqualTo("PONG\0");
    }

    @Test
    void aBurstUpToQuotaPlusWaitingLimitIsNeverRefused() throws Exception {
        for (int round = 0; round < 50; round++) {
            GuestWorker worker =
                    rig.worker(
                            "burst-" + round,
                            TestLimits.limits().connections(2).waiting(1).policy());
            List<TestGuest> guests = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                guests.add(rig.connect(worker));
            }
            for (TestGuest guest : guests) {
                guest.send("zPING\0");
            }
            for (TestGuest guest : guests) {
                assertThat(guest.receiveAllAndClose()).isEqualTo("PONG\0");
            }
            worker.stop(Termination.SHUTDOWN);
        }
    }

    @Test
    void aQuotaOfZeroRefusesEveryConnection() throws Exception {
        GuestWorker worker = rig.worker("zero", TestLimits.limits().connections(0).policy());

        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                .isEqualTo("Connection quota exceeded. ERROR\0");
    }

    @Test
    void aDeniedGuestIsRefused() throws Exception {
        GuestWorker worker = rig.worker("denied", TestLimits.limits().denied());

        assertThat(rig.connect(worker).send("nPING\n").receiveAllAndClose())
                .isEqualTo("Guest not allowed. ERROR\n");
    }

    @Test
    void aGuestThatTakesItsRefusalsSlowlyIsNotRefusedForEver() throws Exception {
        GuestWorker worker = rig.worker("flood", TestLimits.limits().denied());
        TestGuest slow = rig.connect(worker);
        List<TestGuest> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(rig.connect(worker));
        }
        // the lane holds a bounded number of them; the others were closed without a word
        assertThat(rig.count(Termination.GUEST_DENIED)).isGreaterThanOrEqualTo(30);
        slow.close();
        for (TestGuest other : others) {
            other.close();
        }
    }

    @Test
    void aScanThatGoesOnAfterItsSessionHoldsASlotButNoneOfTheGuestsConnections() throws Exception {
        GuestWorker worker =
                rig.worker(
                        "slow",
                        TestLimits.limits()
                                .connections(1)
                                .streamTimeout(Duration.ofMillis(300))
                                .policy());
        rig.clamd.is(conversation -> {
            conversation.readRequest();
            FakeClamd.silent(conversation);
        });
        TestGuest first = rig.connect(worker).send("zINSTREAM\0").send(END);
        assertThat(first.receiveAllAndClose()).isEqualTo("Stream timeout exceeded. ERROR\0");
        rig.clamd.is(FakeClamd::honest);

        assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose()).isEqualTo("PONG\0");
        assertThat(rig.sockets.scans.held()).isEqualTo(1);
        assertThat(rig.sockets.uploads.held()).isEqualTo(1);
    }

    @Test
    void aStoppedGuestIsNotSpokenTo() throws Exception {
        GuestWorker worker = rig.worker("gone", TestLimits.limits().policy());
        TestGuest uploading = rig.connectUploading(worker);

        worker.stop(Termination.GUEST_STOPPED);

        assertThat(worker.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(uploading.receiveAll()).isEmpty();
        assertThat(rig.results)
                .extracting(SessionResult::termination)
                .containsExactly(Termination.GUEST_STOPPED);
    }

    @Test
    void idleThreadsServeTheNextConnection() throws Exception {
        GuestWorker worker = rig.worker("reused", TestLimits.limits().policy());
        for (int i = 0; i < 5; i++) {
            rig.connect(worker).send("zPING\0").receiveAllAndClose();
            int ended = i + 1;
            Eventually.holds("its end", () -> rig.results.size() == ended);
            Eventually.holds("its count", () -> worker.connections() == 0);
        }
        assertThat(rig.servingThreads.values()).isSubsetOf("reused#1", "reused#2");
    }

    @Test
    void aListenerThatFailsCostsNoCount() throws Exception {
        GuestWorker worker =
                new GuestWorker(
                        "deaf",
                        "deaf",
                        rig.sockets.context.tenantShare(
                                new Tenant.OneGuest("deaf"), rig.dailyUsage("deaf")),
                        TestLimits.limits().connections(1).policy(),
                        rig.dailyUsage("deaf"),
                        rig.sockets.context,
                        rig.host,
                        (_, result) -> {
                            rig.results.add(result);
                            throw new IllegalStateException("a defect");
                        });
        for (int i = 0; i < 5; i++) {
            assertThat(rig.connect(worker).send("zPING\0").receiveAllAndClose())
                    .isEqualTo("PONG\0");
        }
        worker.stop(Termination.SHUTDOWN);
        assertThat(worker.awaitEnd(Duration.ofSeconds(10))).isTrue();
        Eventually.noThreadIsLeft("deaf#");
    }

    @Test
    void eachOfHundredsOfConcurrentConnectionsGetsOneResult() throws Exception {
        GuestWorker worker =
                rig.worker("busy", TestLimits.limits().connections(8).waiting(300).policy());
        List<TestGuest> guests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            guests.add(rig.connect(worker).send(i % 2 == 0 ? "zPING\0" : "nVERSION\n"));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(guests.get(i).receiveAllAndClose())
                    .startsWith(i % 2 == 0 ? "PONG\0" : "ClamAV");
        }
        Eventually.holds("all results", () -> rig.results.size() == 200);
        assertThat(rig.count(Termination.COMPLETED)).isEqualTo(200);
    }
}
