package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import org.junit.jupiter.api.Test;

/** Streams of a guest that uses up its daily quota, in manual time. */
class DailyQuotaSessionTest {
    private static final String END = "\0\0\0\0";
    private static final String NO_BYTES = "Daily byte quota exceeded. ERROR\0";
    private static final String NO_SCANS = "Daily scan quota exceeded. ERROR\0";

    @Test
    void aStreamThatUsesUpTheLastByteIsScanned() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(6));
        upload(rig, "abc", "def");

        SessionResult result = rig.run();

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.dailyUsage.today().bytes()).isEqualTo(6);
        assertThat(rig.dailyUsage.today().scans()).isEqualTo(1);
    }

    @Test
    void oneByteMoreEndsTheStreamUnscannedAndUsesUpTheDay() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(5));
        upload(rig, "abc", "def");

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.DAILY_BYTES);
        assertThat(result.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(rig.guest.received()).isEqualTo(NO_BYTES);
        // not even the chunk that goes over
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc");
        assertThat(rig.dailyUsage.today().bytes()).isEqualTo(5);
        assertThat(rig.dailyUsage.today().scans()).isZero();
    }

    @Test
    void withoutBytesLeftNoStreamBegins() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(5));
        assertThat(rig.dailyUsage.takeBytes(5, 5)).isTrue();
        upload(rig, "abc");

        assertThat(rig.run().termination()).isEqualTo(Termination.DAILY_BYTES);
        assertThat(rig.guest.received()).isEqualTo(NO_BYTES);
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void withoutScansLeftNoStreamBegins() {
        SessionRig rig = rig(TestLimits.limits().dailyScans(1));
        assertThat(rig.dailyUsage.takeScan(1)).isTrue();
        upload(rig, "abc");

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.DAILY_SCANS);
        assertThat(result.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(rig.guest.received()).isEqualTo(NO_SCANS);
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void bytesThatAGuestSendsAfterItsRefusalCountForItsDay() {
        SessionRig rig = rig(TestLimits.limits());
        rig.guest.sends("nSCAN /\n").sends("x".repeat(5000)).ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.COMMAND_REFUSED);
        assertThat(rig.dailyUsage.today().bytes()).isGreaterThanOrEqualTo(5000);
    }

    @Test
    void aGuestWithNothingForADayStillGetsPong() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(0).dailyScans(0));
        rig.guest.sends("zPING\0").ends();
        rig.backend.sends("PONG\0").ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.COMPLETED);
        assertThat(rig.guest.received()).isEqualTo("PONG\0");
    }

    @Test
    void theLastScanGoesToTheStreamThatIsWholeFirst() {
        SessionRig rig = rig(TestLimits.limits().dailyScans(1));
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> assertThat(rig.dailyUsage.takeScan(1)).isTrue())
                .sends(END)
                .ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.DAILY_SCANS);
        assertThat(rig.guest.received()).isEqualTo(NO_SCANS);
        // no end marker, so clamd scans nothing
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0\0\0\0\3abc");
        assertThat(rig.dailyUsage.today().bytes()).isEqualTo(3);
    }

    @Test
    void anotherSessionsBytesCountToo() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(5));
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .does(() -> assertThat(rig.dailyUsage.takeBytes(2, 5)).isTrue())
                .sends(chunk("d"))
                .sends(END)
                .ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.DAILY_BYTES);
    }

    @Test
    void bytesCountOnTheDayOnWhichTheyCome() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(5));
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abcd"))
                .does(() -> rig.wallClock.set("2026-03-02T00:00"))
                .sends(chunk("ef"))
                .sends(END)
                .ends();
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.dailyUsage.today().bytes()).isEqualTo(2);
        assertThat(rig.dailyUsage.today().scans()).isEqualTo(1);
    }

    @Test
    void aStreamThatIsRefusedForItsSizeHasUsedWhatCameBefore() {
        SessionRig rig = rig(TestLimits.limits().dailyBytes(1000));
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .sends(SessionRig.header(TestLimits.MAX_CHUNK + 1))
                .ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.CHUNK_LIMIT);
        assertThat(rig.dailyUsage.today().bytes()).isEqualTo(3);
        assertThat(rig.dailyUsage.today().scans()).isZero();
    }

    private static SessionRig rig(TestLimits limits) {
        return new SessionRig(limits.build());
    }

    private static void upload(SessionRig rig, String... chunks) {
        rig.guest.sends("zINSTREAM\0");
        for (String each : chunks) {
            rig.guest.sends(chunk(each));
        }
        rig.guest.sends(END).ends();
        rig.backend.sends("stream: OK\0").ends();
    }
}
