package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Uploads over the byte rate, in manual time. */
class ByteRateSessionTest {
    private static final byte[] END = new byte[4];

    @Test
    void anUploadOverTheRatePausesAndIsScannedWhole() {
        SessionRig rig = rig(TestLimits.limits().byteRate(100));
        long begin = rig.clock.getAsLong();
        upload(rig, 600);
        rig.backend.sends("stream: OK\0").ends();

        SessionResult result = rig.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.streamBytes()).isEqualTo(600);
        // 608 bytes, of which the first 100 are free
        assertThat(rig.clock.getAsLong() - begin)
                .isGreaterThanOrEqualTo(Duration.ofMillis(5080).toNanos());
    }

    @Test
    void theStreamTimeoutGoesOnInThePauses() {
        SessionRig rig =
                rig(TestLimits.limits().byteRate(100).streamTimeout(Duration.ofSeconds(3)));
        upload(rig, 600);

        assertThat(rig.run().termination()).isEqualTo(Termination.STREAM_TIMEOUT);
        assertThat(rig.guest.received()).isEqualTo("Stream timeout exceeded. ERROR\0");
    }

    @Test
    void aStopEndsThePause() {
        SessionRig rig = rig(TestLimits.limits().byteRate(100));
        rig.whilePaused(() -> rig.session.stop(Termination.SHUTDOWN));
        upload(rig, 600);

        assertThat(rig.run().termination()).isEqualTo(Termination.SHUTDOWN);
        assertThat(rig.guest.received()).isEqualTo("Service is stopping. ERROR\0");
    }

    @Test
    void whatAGuestSendsAfterItsRefusalIsReadWithinItsByteRateOnly() {
        SessionRig rig = rig(TestLimits.limits().byteRate(100));
        long begin = rig.clock.getAsLong();
        rig.guest.sends("nSTATS\n").sends("x".repeat(400)).ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.COMMAND_REFUSED);
        assertThat(rig.guest.received()).isEqualTo("Command not allowed. ERROR\n");
        // 400 bytes, of which the first 100 are free
        assertThat(rig.clock.getAsLong() - begin)
                .isGreaterThanOrEqualTo(Duration.ofMillis(2900).toNanos());
    }

    private static SessionRig rig(TestLimits limits) {
        return new SessionRig(limits.build());
    }

    private static void upload(SessionRig rig, int bytes) {
        byte[] header = {0, 0, (byte) (bytes >> 8), (byte) bytes};
        rig.guest.sends("zINSTREAM\0").sends(SessionRig.join(header, new byte[bytes], END)).ends();
    }
}
