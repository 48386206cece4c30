package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static clamd.vproxy.worker.testing.TestLimits.STREAM_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A session and its scan slot, in manual time: the wait, its clocks, and which session keeps it.
 */
class ScanSlotSessionTest {
    private static final String END = "\0\0\0\0";

    /** Short, because a wait takes real time as well. */
    private static final Duration QUEUE_TIMEOUT = Duration.ofMillis(17);

    /** How much manual time each look at the clock takes, so that it is over in hardly any real. */
    private static final Duration LOOK = Duration.ofMillis(10_300);

    private final SessionRig rig =
            new SessionRig(TestLimits.limits().queueTimeout(QUEUE_TIMEOUT).build());

    @Test
    void theQueueTimeoutEndsTheWaitWithATextAndClamdSeesNoEndMarker() {
        rig.takeTheSlot();
        stream();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.SLOT_TIMEOUT);
        assertThat(result.termination().code()).isEqualTo("slot-timeout");
        assertThat(rig.guest.received()).isEqualTo("Scan queue timeout exceeded. ERROR\0");
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc");
        assertThat(result.slotWait()).isBetween(QUEUE_TIMEOUT, QUEUE_TIMEOUT.multipliedBy(2));
        assertThat(rig.uploads.held()).isZero();
        assertThat(rig.wasAbandoned()).isFalse();
    }

    @Test
    void theWaitEndsBeforeClamdWouldDropTheStream() {
        SessionRig patient =
                new SessionRig(TestLimits.limits().queueTimeout(Duration.ofHours(1)).build());
        patient.takeTheSlot();
        // clamd hears nothing from the chunk on, and of that time the guest takes nine seconds
        patient.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .pauses(Duration.ofSeconds(9))
                .does(() -> patient.whileWaiting(() -> patient.clock.advance(LOOK)))
                .sends(END)
                .ends();

        SessionResult result = patient.run();

        assertThat(result.termination()).isEqualTo(Termination.SLOT_TIMEOUT);
        Duration left = SessionRig.TIMES.longestHold().minusSeconds(9);
        assertThat(result.slotWait())
                .isBetween(left, left.plus(LOOK.multipliedBy(3)).plusSeconds(1));
    }

    @Test
    void theWaitForASlotIsNotPaidFromTheStreamTimeout() {
        SessionRig patient =
                new SessionRig(TestLimits.limits().queueTimeout(Duration.ofSeconds(35)).build());
        ScanSlots.Slot other = patient.takeTheSlot();
        patient.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> patient.whileWaiting(() -> passThenFree(patient, other)))
                .sends(END)
                .ends();
        patient.backend.pauses(STREAM_TIMEOUT.minusSeconds(1)).sends("stream: OK\0").ends();

        SessionResult result = patient.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.slotWait()).isGreaterThan(Duration.ofSeconds(29));
        assertThat(result.scan()).isGreaterThan(STREAM_TIMEOUT.minusSeconds(2));
        assertThat(result.permitWait()).isLessThan(Duration.ofSeconds(1));
    }

    private static void passThenFree(SessionRig rig, ScanSlots.Slot other) {
        rig.whileWaiting(() -> {});
        rig.clock.advance(Duration.ofSeconds(30));
        other.close();
    }

    @Test
    void aStopWhileWaitingLeavesTheQueueAndDropsTheStream() {
        rig.takeTheSlot();
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> rig.whileWaiting(() -> rig.session.stop(Termination.GUEST_STOPPED)))
                .sends(END)
                .ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc");
        assertThat(rig.backend.isClosed()).isTrue();
        assertThat(rig.wasAbandoned()).isFalse();
        assertThat(rig.scans.held()).as("the other's").isEqualTo(1);
    }

    @Test
    void aScanThatOutlastsTheStreamTimeoutKeepsSlotAndPlaceUntilClamdAnswers() {
        stream();
        rig.backend.pauses(STREAM_TIMEOUT.plusSeconds(15)).sends("stream: OK\0").ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        assertThat(rig.guest.received()).isEqualTo("Stream timeout exceeded. ERROR\0");
        assertThat(result.total()).isLessThan(STREAM_TIMEOUT.plusSeconds(1));
        assertThat(rig.wasAbandoned()).isTrue();
        assertThat(rig.abandonedFor()).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(16));
        assertNothingHeld();
    }

    @Test
    void aScanOfAStoppedGuestKeepsSlotAndPlaceUntilClamdCloses() {
        stream();
        rig.backend
                .does(() -> rig.session.stop(Termination.GUEST_STOPPED))
                .pauses(Duration.ofSeconds(20))
                .ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(result.total()).isLessThan(Duration.ofSeconds(1));
        assertThat(rig.abandonedFor()).isBetween(Duration.ofSeconds(19), Duration.ofSeconds(21));
        assertNothingHeld();
    }

    @Test
    void aScanThatClamdResetsIsOver() {
        stream();
        rig.backend
                .does(() -> rig.session.stop(Termination.SHUTDOWN))
                .pauses(Duration.ofSeconds(3))
                .resets();

        assertThat(rig.run().termination()).isEqualTo(Termination.SHUTDOWN);
        assertThat(rig.abandonedFor()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertNothingHeld();
    }

    @Test
    void aScanThatNeverEndsIsAbandonedAfterClamdsOwnLimit() {
        stream();

        SessionResult result = rig.run();

        Duration all = result.scan().plus(rig.abandonedFor());
        assertThat(result.termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        Duration longest = SessionRig.TIMES.longestScan();
        assertThat(all).isBetween(longest.minusSeconds(1), longest.plusSeconds(1));
        assertNothingHeld();
    }

    @Test
    void aStreamThatIsStoppedBeforeItsEndMarkerHoldsNothing() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> rig.session.stop(Termination.GUEST_STOPPED));

        assertThat(rig.run().termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(rig.wasAbandoned()).isFalse();
        assertNothingHeld();
    }

    @Test
    void whatClamdSaysBeforeTheEndMarkerIsTakenIsPassedOnAndNothingIsHeld() {
        stream();
        rig.backend.takesOnly(17).sends("COMMAND READ TIMED OUT\n").ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.COMPLETED);
        assertThat(rig.guest.received()).isEqualTo("COMMAND READ TIMED OUT. ERROR\0");
        assertThat(rig.wasAbandoned()).isFalse();
        assertNothingHeld();
    }

    @Test
    void aStreamThatIsThereWholeIsSentInOneWriteIfASlotIsFree() {
        rig.guest.sends("zINSTREAM\0").sends("\0\0\0\3abc" + END).ends();
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc" + END);
        assertThat(rig.backend.writes()).isEqualTo(1);
        assertNothingHeld();
    }

    @Test
    void theLastOfALargerStreamIsSentWithoutASlot() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends("\0\0\0\3def" + END).ends();
        rig.backend.stopsReadingAfter(19);

        assertThat(rig.run().termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        assertThat(rig.backend.writes()).isEqualTo(2);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc\0\0");
        assertNothingHeld();
    }

    @Test
    void aStreamThatIsThereWholeGoesAheadOfItsEndMarkerIfNoSlotIsFree() {
        ScanSlots.Slot other = rig.takeTheSlot();
        rig.guest.sends("zINSTREAM\0").sends("\0\0\0\3abc" + END).ends();
        rig.whileWaiting(() -> {
            if (rig.backend.writes() > 0) {
                rig.whileWaiting(() -> {});
                other.close();
            }
        });
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc" + END);
        assertThat(rig.backend.writes()).isEqualTo(2);
        assertNothingHeld();
    }

    @Test
    void aStreamThatClamdDoesNotTakeToItsEndMarkerHoldsNothing() {
        rig.guest.sends("zINSTREAM\0").sends("\0\0\0\3abc" + END).ends();
        rig.backend.takesOnly(19);

        assertThat(rig.run().verdict()).isEqualTo(Verdict.ERROR);
        assertThat(rig.wasAbandoned()).isFalse();
        assertNothingHeld();
    }

    @Test
    void aStreamThatClamdIsTooSlowToTakeToItsEndMarkerHoldsNothing() {
        rig.guest.sends("zINSTREAM\0").sends("\0\0\0\3abc" + END).ends();
        rig.backend.stopsReadingAfter(19);

        assertThat(rig.run().termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc\0\0");
        assertThat(rig.wasAbandoned()).isFalse();
        assertNothingHeld();
    }

    @Test
    void aPingNeedsNoSlot() {
        rig.takeTheSlot();
        rig.guest.sends("zPING\0").ends();
        rig.backend.sends("PONG\0");

        assertThat(rig.run().verdict()).isEqualTo(Verdict.ANSWERED);
    }

    @Test
    void theWaitForAClamdIsNotPaidFromTheStreamTimeout() {
        SessionRig patient =
                new SessionRig(TestLimits.limits().queueTimeout(Duration.ofSeconds(90)).build());
        patient.clamd.refuses();
        Duration away = STREAM_TIMEOUT.multipliedBy(2);
        patient.guest
                .sends("zINSTREAM\0")
                .does(() -> patient.whileWaiting(() -> passThenAnswer(patient, away)))
                .sends(chunk("abc"))
                .sends(END)
                .ends();
        patient.backend.pauses(STREAM_TIMEOUT.minusSeconds(1)).sends("stream: OK\0").ends();

        SessionResult result = patient.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.permitWait()).isGreaterThanOrEqualTo(away);
        assertThat(result.scan()).isGreaterThan(STREAM_TIMEOUT.minusSeconds(2));
    }

    /** As soon as it waits because it was refused. */
    private static void passThenAnswer(SessionRig rig, Duration away) {
        if (rig.clamds.status().getFirst().up()) {
            return;
        }
        rig.whileWaiting(() -> {});
        rig.clock.advance(away);
        rig.clamd.accepts();
        ScriptedSocket watch = new ScriptedSocket(rig.clock, rig.watchdog).sends("PONG\0");
        rig.clamd.isWatchedBy(watch);
        rig.clamds.monitors().getFirst().check();
    }

    private void stream() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(END).ends();
    }

    private void assertNothingHeld() {
        assertThat(rig.uploads.held() + rig.scans.held() + rig.abandoned.count()).isZero();
    }
}
