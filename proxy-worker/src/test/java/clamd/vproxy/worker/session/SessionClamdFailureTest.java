package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guest gets, and the result says, when clamd fails in one way or another. */
class SessionClamdFailureTest {
    private static final String END = "\0\0\0\0";

    /** Short, because a wait takes real time as well. */
    private static final Duration SHORT = Duration.ofMillis(17);

    private final SessionRig rig = new SessionRig();

    @Test
    void anUnreachableClamdIsSaidSoWhenTheQueueTimeoutIsOver() {
        SessionRig rig = new SessionRig(TestLimits.limits().queueTimeout(SHORT).build());
        rig.clamd.refuses();
        stream(rig, "x");

        SessionResult result = rig.run();

        assertEnd(
                rig,
                result,
                Termination.CLAMD_UNREACHABLE,
                Verdict.ERROR,
                "Scanner not available. ERROR\0");
        assertThat(result.permitWait()).isBetween(SHORT, SHORT.multipliedBy(2));
        assertThat(result.detail()).contains("cannot connect to clamd at test: Connection refused");
        assertThat(rig.uploads.held()).isZero();
    }

    @Test
    void aClamdThatClosesWithoutAReplyIsSaidSo() {
        stream("x");
        rig.backend.ends();

        assertEnd(
                rig.run(),
                Termination.CLAMD_CLOSED,
                Verdict.ERROR,
                "Scanner closed the connection. ERROR\0");
    }

    @Test
    void aClamdThatResetsWithoutAReplyIsSaidSo() {
        rig.guest.sends("nPING\n").ends();
        rig.backend.resets();

        assertEnd(
                rig.run(),
                Termination.CLAMD_CLOSED,
                Verdict.ERROR,
                "Scanner closed the connection. ERROR\n");
    }

    @Test
    void aClamdThatDoesNotEvenTakeAPingIsSaidSo() {
        rig.guest.sends("nPING\n").ends();
        rig.backend.takesOnly(0).ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.CLAMD_CLOSED,
                Verdict.ERROR,
                "Scanner closed the connection. ERROR\n");
        assertThat(result.detail()).contains("Broken pipe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stream: OK",
                "stream: O",
                "stream: OK\0stream: OK\0",
                "stream: OK\n",
                "PONG\0",
                "\0"
            })
    void anOddReplyIsNeverClean(String reply) {
        stream("x");
        rig.backend.sends(reply).ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.CLAMD_REPLY_MALFORMED,
                Verdict.ERROR,
                "Scanner reply not understood. ERROR\0");
        assertThat(result.detail()).isPresent();
    }

    @Test
    void aReplyOverTheCapIsNotReadOn() {
        stream("x");
        rig.backend.sends("stream: " + "x".repeat(4090)).sends(" FOUND\0");

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.CLAMD_REPLY_MALFORMED);
        assertThat(rig.backend.isPlayed()).isFalse();
    }

    @Test
    void aReplyInPiecesIsPutTogether() {
        stream("x");
        rig.backend.sends("str").sends("eam: E").sends("icar FOUND").sends("\0");

        assertThat(rig.run().verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(rig.guest.received()).isEqualTo("stream: Eicar FOUND\0");
    }

    @Test
    void aFailureOfClamdIsPassedOnInOurForm() {
        stream("x");
        rig.backend.sends("stream: Can't allocate memory ERROR\0");

        SessionResult result = rig.run();

        assertEnd(result, Termination.COMPLETED, Verdict.ERROR, "Can't allocate memory. ERROR\0");
        assertThat(result.detail()).contains("clamd: Can't allocate memory ERROR");
    }

    @Test
    void whatClamdSaidBeforeItStoppedReadingIsPassedOn() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .sends(chunk("def"))
                .sends(chunk("ghi"))
                .ends();
        rig.backend.takesOnly(20).sends("INSTREAM size limit exceeded. ERROR\0").resets();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.COMPLETED,
                Verdict.ERROR,
                "INSTREAM size limit exceeded. ERROR\0");
        assertThat(rig.guest.isPlayed()).as("read to the end").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream: OK\0", "stream: Eicar FOUND\0", "PONG\0"})
    void aVerdictOnHalfAStreamIsNone(String early) {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(chunk("def")).sends(END).ends();
        rig.backend.takesOnly(20).sends(early).ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.CLAMD_REPLY_MALFORMED);
        assertThat(rig.guest.received()).isEqualTo("Scanner reply not understood. ERROR\0");
    }

    @Test
    void aClamdThatStopsReadingWithoutAWordIsSaidSo() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).sends(chunk("def")).sends(END).ends();
        rig.backend.takesOnly(20).resets();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.CLAMD_CLOSED,
                Verdict.ERROR,
                "Scanner closed the connection. ERROR\0");
        assertThat(result.detail()).contains("Broken pipe");
    }

    @Test
    void aDefectInConnectingIsAnInternalErrorAndKeepsNoPlace() {
        rig.clamd.fails();
        stream("x");

        SessionResult result = rig.run();

        assertEnd(result, Termination.INTERNAL_ERROR, Verdict.ERROR, "Internal failure. ERROR\0");
        assertThat(result.detail()).contains("java.lang.IllegalStateException: a defect");
        assertThat(rig.uploads.held()).isZero();
    }

    private void stream(String data) {
        stream(rig, data);
    }

    private static void stream(SessionRig rig, String data) {
        rig.guest.sends("zINSTREAM\0").sends(chunk(data)).sends(END).ends();
    }

    private void assertEnd(
            SessionResult result, Termination termination, Verdict verdict, String told) {
        assertEnd(rig, result, termination, verdict, told);
    }

    private static void assertEnd(
            SessionRig rig,
            SessionResult result,
            Termination termination,
            Verdict verdict,
            String told) {
        assertThat(result.termination()).isEqualTo(termination);
        assertThat(rig.guest.received()).isEqualTo(told);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.signature()).isEqualTo(Optional.empty());
    }
}
