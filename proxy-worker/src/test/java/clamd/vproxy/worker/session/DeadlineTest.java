package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static clamd.vproxy.worker.testing.SessionRig.header;
import static clamd.vproxy.worker.testing.TestLimits.COMMAND_TIMEOUT;
import static clamd.vproxy.worker.testing.TestLimits.READ_TIMEOUT;
import static clamd.vproxy.worker.testing.TestLimits.STREAM_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Every time limit of a session, in manual time. */
class DeadlineTest extends DeadlineFixture {
    @Test
    void aGuestThatSendsNothingGetsTheCommandTimeout() {
        SessionResult result = rig.run();

        assertEnd(result, Termination.COMMAND_TIMEOUT, "Command timeout exceeded. ERROR\n");
        assertTook(result, COMMAND_TIMEOUT);
    }

    @Test
    void aTricklingCommandDoesNotExtendTheCommandTimeout() {
        for (char c : "zINS".toCharArray()) {
            rig.guest.sends("" + c).pauses(Duration.ofSeconds(2));
        }
        SessionResult result = rig.run();

        assertEnd(result, Termination.COMMAND_TIMEOUT, "Command timeout exceeded. ERROR\0");
        assertTook(result, COMMAND_TIMEOUT);
        assertThat(result.attempt()).isEqualTo("zINS");
    }

    @Test
    void aGuestThatFallsSilentBeforeItsFirstChunkTimesOut() {
        rig.guest.sends("zINSTREAM\0");

        SessionResult result = rig.run();

        assertEnd(result, Termination.READ_TIMEOUT, "Read timeout exceeded. ERROR\0");
        assertTook(result, READ_TIMEOUT);
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void aGuestThatFallsSilentInAChunkTimesOut() {
        rig.guest.sends("nINSTREAM\n").sends(header(10)).sends("abc");

        SessionResult result = rig.run();

        assertEnd(result, Termination.READ_TIMEOUT, "Read timeout exceeded. ERROR\n");
        assertTook(result, READ_TIMEOUT);
        assertThat(result.streamBytes()).isEqualTo(3);
    }

    @Test
    void aTricklingGuestIsEndedByTheStreamTimeout() {
        rig.guest.sends("zINSTREAM\0").sends(header(1000));
        for (int i = 0; i < 4; i++) {
            rig.guest.pauses(Duration.ofSeconds(10)).sends("x");
        }
        SessionResult result = rig.run();

        assertEnd(result, Termination.STREAM_TIMEOUT, "Stream timeout exceeded. ERROR\0");
        assertTook(result, STREAM_TIMEOUT);
        assertThat(result.streamBytes()).isEqualTo(3);
    }

    @Test
    void aGuestThatIsStillSendingAtTheStreamTimeoutIsReadToItsEnd() {
        rig.guest.sends("zINSTREAM\0").sends(header(100_000));
        for (int i = 0; i < 1000; i++) {
            rig.guest.sends("x").pauses(Duration.ofMillis(35));
        }
        rig.guest.ends();

        SessionResult result = rig.run();

        assertEnd(result, Termination.STREAM_TIMEOUT, "Stream timeout exceeded. ERROR\0");
        assertThat(rig.guest.isPlayed())
                .as("a guest whose writes break off may never look for the text")
                .isTrue();
    }

    @Test
    void aGuestThatNeverLetsUsBlockIsEndedByTheStreamTimeout() {
        rig.guest.sends("zINSTREAM\0").sends(header(1000));
        for (int i = 0; i < 40; i++) {
            // no look of the watchdog falls into this second
            rig.guest.does(() -> rig.clock.advance(Duration.ofSeconds(1))).sends("x");
        }
        rig.guest.ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        assertThat(result.streamBytes()).isBetween(30L, 32L);
    }

    @Test
    void progressAtTheVeryDeadlineCounts() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(header(3))
                .does(() -> rig.clock.advance(READ_TIMEOUT))
                .sends("abc")
                .pauses(Duration.ofSeconds(1))
                .sends(END)
                .ends();
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
    }

    @Test
    void aCommandThatIsCompleteAtItsVeryDeadlineIsServed() {
        rig.guest.does(() -> rig.clock.advance(COMMAND_TIMEOUT)).sends("zPING\0").ends();
        rig.backend.pauses(Duration.ofSeconds(1)).sends("PONG\0");

        assertThat(rig.run().termination()).isEqualTo(Termination.COMPLETED);
    }

    @Test
    void silencesBelowTheReadTimeoutAreAllowed() {
        rig.guest
                .pauses(COMMAND_TIMEOUT.minusMillis(200))
                .sends("zINSTREAM\0")
                .pauses(READ_TIMEOUT.minusMillis(200))
                .sends(chunk("abc"))
                .pauses(READ_TIMEOUT.minusMillis(200))
                .sends(END)
                .ends();
        rig.backend.pauses(Duration.ofSeconds(9)).sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
    }

    @Test
    void aPingThatClamdDoesNotAnswerEndsAfterTheReadTimeout() {
        rig.guest.sends("nPING\n");

        SessionResult result = rig.run();

        assertEnd(result, Termination.CLAMD_TIMEOUT, "Scanner timeout exceeded. ERROR\n");
        assertTook(result, READ_TIMEOUT.plusSeconds(5));
    }

    @Test
    void aScanThatTakesTooLongEndsAtTheStreamTimeout() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(END).ends();

        SessionResult result = rig.run();

        assertEnd(result, Termination.STREAM_TIMEOUT, "Stream timeout exceeded. ERROR\0");
        assertTook(result, STREAM_TIMEOUT);
        assertThat(result.scan())
                .isBetween(STREAM_TIMEOUT.minusSeconds(1), STREAM_TIMEOUT.plus(PRECISION));
    }

    @Test
    void aClamdThatStopsReadingEndsTheStreamAtTheStreamTimeout() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abcdefgh")).sends("rest").ends();
        rig.backend.stopsReadingAfter(16);

        SessionResult result = rig.run();

        assertEnd(result, Termination.STREAM_TIMEOUT, "Stream timeout exceeded. ERROR\0");
        assertThat(rig.guest.isPlayed()).as("read to the end").isTrue();
    }

    @Test
    void aClamdThatNeitherReadsNorSpeaksIsGivenUpSoon() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(chunk("def")).ends();
        rig.backend.takesOnly(20);

        SessionResult result = rig.run();

        assertEnd(result, Termination.CLAMD_CLOSED, "Scanner closed the connection. ERROR\0");
        assertTook(result, Duration.ofSeconds(2));
    }

    @Test
    void aGuestThatDoesNotReadItsReplyIsAbandonedAfterFiveSeconds() {
        rig.guest.sends("zPING\0").stopsReadingAfter(3);
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.GUEST_LEFT);
        assertThat(result.verdict()).isEqualTo(Verdict.ANSWERED);
        assertTook(result, Duration.ofSeconds(5));
    }

    @Test
    void aGuestThatDoesNotCloseIsClosedAfterFiveSeconds() {
        rig.guest.sends("zPING\0");
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        assertEnd(result, Termination.COMPLETED, "PONG\0");
        assertTook(result, Duration.ofSeconds(5));
    }

    @Test
    void aGuestThatTricklesAfterItsRefusalIsClosedAfterFiveSeconds() {
        rig.guest.sends("nSTATS\n");
        for (int i = 0; i < 20; i++) {
            rig.guest.pauses(Duration.ofSeconds(1)).sends("x");
        }
        SessionResult result = rig.run();

        assertEnd(result, Termination.COMMAND_REFUSED, "Command not allowed. ERROR\n");
        assertTook(result, Duration.ofSeconds(5));
    }

    @Test
    void aPlaceThatDoesNotComeFreeEndsTheSessionAfterTheQueueTimeout() {
        rig.takeAllPlaces();
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(END).ends();

        SessionResult result = rig.run();

        assertEnd(result, Termination.QUEUE_TIMEOUT, "Queue timeout exceeded. ERROR\0");
        assertThat(result.permitWait()).isBetween(QUEUE_TIMEOUT, QUEUE_TIMEOUT.multipliedBy(2));
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void theWaitForAPlaceIsNotPaidFromTheStreamTimeout() {
        Slot other =
                rig.uploads
                        .request(Owner.ofItself("another"), Weight.of(1))
                        .await(rig.clock.getAsLong() + 1_000_000_000)
                        .orElseThrow();
        rig.whileWaiting(() -> {
            rig.clock.advance(Duration.ofSeconds(14));
            rig.whileWaiting(() -> {});
            other.close();
        });
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .pauses(Duration.ofSeconds(10))
                .sends(chunk("def"))
                .pauses(Duration.ofSeconds(10))
                .sends(END)
                .ends();
        rig.backend.pauses(Duration.ofSeconds(10)).sends("stream: OK\0").ends();

        SessionResult result = rig.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.permitWait()).isGreaterThan(Duration.ofSeconds(13));
    }
}
