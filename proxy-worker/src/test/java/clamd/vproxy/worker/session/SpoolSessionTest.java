package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.spool.Spool;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Uploads for which there is no room in clamd's temporary directory, in manual time. */
@Timeout(30)
class SpoolSessionTest {
    private static final String END = "\0\0\0\0";

    /** Short, because a wait takes real time as well. */
    private static final Duration QUEUE_TIMEOUT = Duration.ofMillis(17);

    private final SessionRig rig =
            new SessionRig(
                    TestLimits.limits()
                            .spool(TestLimits.MAX_STREAM)
                            .queueTimeout(QUEUE_TIMEOUT)
                            .build());

    @Test
    void anUploadPausesUntilAnotherOfItsGuestHasEnded() {
        Spool.Upload other = anotherUpload(rig);
        rig.clamd.whenConnected(() -> rig.whileWaiting(other::close));
        stream(rig);
        rig.backend.sends("stream: OK\0").ends();

        SessionResult result = rig.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.pause()).isPositive();
        assertThat(result.slotWait()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void theQueueTimeoutEndsThePauseWithATextAndClamdSeesNoFileData() {
        anotherUpload(rig);
        stream(rig);

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.SPOOL_TIMEOUT);
        assertThat(rig.guest.received()).isEqualTo("Spool timeout exceeded. ERROR\0");
        assertThat(rig.backend.received()).as("in time for clamd").isEqualTo("zINSTREAM\0");
        assertThat(result.pause()).isBetween(QUEUE_TIMEOUT, QUEUE_TIMEOUT.multipliedBy(2));
        assertThat(rig.uploads.held()).isZero();
    }

    @Test
    void thePauseEndsBeforeClamdWouldDropTheStream() {
        SessionRig patient =
                new SessionRig(
                        TestLimits.limits()
                                .spool(TestLimits.MAX_STREAM)
                                .queueTimeout(Duration.ofHours(1))
                                .build());
        anotherUpload(patient);
        // one look at the clock, so that the wait takes no real time
        Duration look = SessionRig.TIMES.longestHold().plusSeconds(1);
        patient.clamd.whenConnected(() -> patient.whileWaiting(() -> patient.clock.advance(look)));
        stream(patient);

        SessionResult result = patient.run();

        assertThat(result.termination()).isEqualTo(Termination.SPOOL_TIMEOUT);
        assertThat(result.pause()).isBetween(look, look.plusSeconds(1));
    }

    @Test
    void aStopEndsThePause() {
        anotherUpload(rig);
        rig.clamd.whenConnected(
                () -> rig.whileWaiting(() -> rig.session.stop(Termination.GUEST_STOPPED)));
        stream(rig);

        assertThat(rig.run().termination()).isEqualTo(Termination.GUEST_STOPPED);
    }

    @Test
    void aScanThatOutlivesItsSessionKeepsItsRoom() {
        stream(rig);
        rig.backend
                .does(() -> rig.session.stop(Termination.GUEST_STOPPED))
                .does(() -> assertThat(rig.spool.heldBytes(Owner.ofItself("guest"))).isEqualTo(3))
                .pauses(Duration.ofSeconds(20))
                .ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.GUEST_STOPPED);
        assertThat(rig.abandonedFor()).isGreaterThan(Duration.ofSeconds(19));
        assertThat(rig.spool.heldBytes()).isZero();
    }

    private static Spool.Upload anotherUpload(SessionRig rig) {
        return rig.spool.open(
                Owner.ofItself("guest"),
                Spool.Bounds.ofGuest(TestLimits.MAX_STREAM),
                TestLimits.MAX_STREAM);
    }

    private static void stream(SessionRig rig) {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(END).ends();
    }
}
