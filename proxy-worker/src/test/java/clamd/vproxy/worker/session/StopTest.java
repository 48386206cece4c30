package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A stop, or a request to give way, in every step of a session, in manual time. */
class StopTest extends DeadlineFixture {
    @Test
    void whatAGuestHasSentWhenItsSessionIsStoppedIsReadBeforeTheReply() {
        rig.guest.sends("z").does(() -> rig.session.stop(Termination.SHUTDOWN)).sends("PI").ends();

        assertEnd(rig.run(), Termination.SHUTDOWN, "Service is stopping. ERROR\0");
        assertThat(rig.guest.isPlayed())
                .as("what is unread when we close resets the connection under our text")
                .isTrue();
    }

    @Test
    void aSessionIsStoppedWhileItWaitsForItsCommand() {
        rig.guest.sends("zPI").does(() -> rig.session.stop(Termination.SHUTDOWN));

        assertEnd(rig.run(), Termination.SHUTDOWN, "Service is stopping. ERROR\0");
    }

    @Test
    void aSessionThatIsStoppedBeforeItReadsItsCommandSaysSoWithItsTerminator() {
        rig.guest.sends("zPING\0");
        rig.session.stop(Termination.SHUTDOWN);

        assertEnd(rig.run(), Termination.SHUTDOWN, "Service is stopping. ERROR\0");
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void aSessionIsStoppedInItsStream() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> rig.session.stop(Termination.SHUTDOWN));

        assertEnd(rig.run(), Termination.SHUTDOWN, "Service is stopping. ERROR\0");
        assertThat(rig.backend.received()).doesNotEndWith(END);
    }

    @Test
    void aSessionIsStoppedWhileItWaitsForClamd() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(END).ends();
        rig.backend.does(() -> rig.session.stop(Termination.SHUTDOWN)).sends("stream: OK\0").ends();

        assertEnd(rig.run(), Termination.SHUTDOWN, "Service is stopping. ERROR\0");
    }

    @Test
    void aSessionIsStoppedWhileItWaitsForAPlace() {
        rig.takeAllPlaces();
        rig.whileWaiting(() -> rig.session.stop(Termination.SHUTDOWN));
        rig.guest.sends("zPING\0").ends();

        SessionResult result = rig.run();

        assertEnd(result, Termination.SHUTDOWN, "Service is stopping. ERROR\0");
        assertThat(result.total()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aGuestThatWasStoppedIsNotWaitedFor() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> rig.session.stop(Termination.GUEST_STOPPED));

        SessionResult result = rig.run();

        assertEnd(result, Termination.GUEST_STOPPED, "");
        assertTook(result, Duration.ZERO);
    }

    @Test
    void theFirstReasonToStopCounts() {
        rig.guest.does(() -> {
            rig.session.stop(Termination.HOST_LIMIT);
            rig.session.stop(Termination.SHUTDOWN);
        });

        assertEnd(
                rig.run(),
                Termination.HOST_LIMIT,
                "Connection limit of the host exceeded. ERROR\n");
    }

    @Test
    void aStreamWithoutItsFirstHeaderGivesWay() {
        rig.guest
                .sends("zINSTREAM\0")
                .does(() -> assertThat(rig.session.stopIfIdle(Termination.HOST_LIMIT)).isTrue());

        assertEnd(
                rig.run(),
                Termination.HOST_LIMIT,
                "Connection limit of the host exceeded. ERROR\0");
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void aStreamThatHasBegunAtClamdIsNotAskedToGiveWay() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> assertThat(rig.session.stopIfIdle(Termination.HOST_LIMIT)).isFalse())
                .sends(END)
                .ends();
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
    }

    @Test
    void aSessionWithoutACommandGivesWayOnce() {
        rig.guest
                .sends("zINS")
                .does(() -> {
                    assertThat(rig.session.stopIfIdle(Termination.HOST_LIMIT)).isTrue();
                    assertThat(rig.session.stopIfIdle(Termination.HOST_LIMIT)).isFalse();
                });

        assertEnd(
                rig.run(),
                Termination.HOST_LIMIT,
                "Connection limit of the host exceeded. ERROR\0");
    }
}
