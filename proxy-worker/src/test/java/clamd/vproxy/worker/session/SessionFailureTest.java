package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static clamd.vproxy.worker.testing.SessionRig.header;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refused and incomplete requests, limits of a stream, lost guests and defects. */
class SessionFailureTest extends SessionFixture {
    @Test
    void aGuestThatSendsNothingIsClosedWithoutAWord() {
        rig.guest.ends();

        SessionResult result = rig.run();

        assertEnd(result, Termination.NOTHING_ASKED, Verdict.NONE, "");
        assertThat(result.commandText()).isEmpty();
        assertThat(rig.clamd.connections()).isZero();
    }

    @Test
    void aCommandThatEndsInTheMiddleIsNotComplete() {
        rig.guest.sends("zIN").ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.COMMAND_INCOMPLETE,
                Verdict.NONE,
                "Command not complete. ERROR\0");
        assertThat(result.commandText()).isEqualTo("zIN");
    }

    @ParameterizedTest
    @CsvSource({
        "'nSTATS /etc/passwd\n', nSTATS, '\n'",
        "'zSHUTDOWN\0', zSHUTDOWN, '\0'",
        "'INSTREAM\n', INSTREAM, '\n'",
        "'GET / HTTP/1.1\r\n\r\n', GET, '\n'",
        "'\0\0\0\0', ?, '\n'",
        "'nPING\r\n', nPING, '\n'",
        "'zINSTREAMabcdefghijklmnopqrstuvwxyz0123456789\0', zINSTREAMabcdefghijklmnopqrstuvw, '\0'"
    })
    void aRefusedCommandIsNamedInTheResultAndNeverReachesClamd(
            String sent, String named, char terminator) {
        rig.guest.sends(sent).ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.COMMAND_REFUSED,
                Verdict.REFUSED,
                "Command not allowed. ERROR" + terminator);
        assertThat(result.commandText()).isEqualTo(named);
        assertThat(rig.clamd.connections()).isZero();
        assertThat(rig.guest.isOutputShut()).as("told that no more will come").isTrue();
        assertThat(rig.guest.isPlayed()).as("read to the end").isTrue();
    }

    @Test
    void aCommandThatThePolicyDoesNotAllowIsRefused() {
        SessionRig pingOnly =
                new SessionRig(TestLimits.limits().commands(EnumSet.of(Command.PING)).build());
        pingOnly.guest.sends("zINSTREAM\0").sends(chunk("a")).sends(END).ends();

        SessionResult result = pingOnly.run();

        assertThat(result.termination()).isEqualTo(Termination.COMMAND_REFUSED);
        assertThat(pingOnly.guest.received()).isEqualTo("Command not allowed. ERROR\0");
        assertThat(pingOnly.clamd.connections()).isZero();
    }

    @Test
    void aChunkAboveItsLimitIsNotForwarded() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(chunk("abc"))
                .sends(header(TestLimits.MAX_CHUNK + 1))
                .sends("more")
                .ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.CHUNK_LIMIT,
                Verdict.REFUSED,
                "INSTREAM size limit exceeded. ERROR\0");
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0" + "\0\0\0\3abc");
        assertThat(result.streamBytes()).isEqualTo(3);
        assertThat(result.detail())
                .contains(
                        "a chunk of %d bytes, maxChunkSize is %d"
                                .formatted(TestLimits.MAX_CHUNK + 1, TestLimits.MAX_CHUNK));
        assertThat(rig.guest.isPlayed()).as("read to the end").isTrue();
    }

    @Test
    void aStreamThatIsTooLargeFromItsFirstHeaderOnNeverReachesClamd() {
        SessionRig honest = new SessionRig(TestLimits.limits().build(), 64, 9);
        honest.guest.sends("nINSTREAM\n").sends(chunk("0123456789")).sends(END).ends();

        SessionResult result = honest.run();

        assertThat(result.termination()).isEqualTo(Termination.STREAM_LIMIT);
        assertThat(result.detail())
                .contains("a stream of 10 bytes or more, clamd scans no more than 9");
        assertThat(result.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(honest.guest.received()).isEqualTo("INSTREAM size limit exceeded. ERROR\n");
        assertThat(honest.clamd.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 6, 7, 8, 11})
    void aStreamThatEndsBeforeItsEndMarkerIsNotScanned(int sent) {
        byte[] stream = SessionRig.join(chunk("abc"), chunk("x"));
        rig.guest.sends("zINSTREAM\0");
        if (sent > 0) {
            rig.guest.sends(Arrays.copyOf(stream, sent));
        }
        rig.guest.ends();

        SessionResult result = rig.run();

        assertEnd(
                result,
                Termination.STREAM_INCOMPLETE,
                Verdict.NONE,
                "Stream ended before its end marker. ERROR\0");
        assertThat(rig.backend.received()).doesNotEndWith(END);
        assertThat(rig.backend.isOutputShut()).as("dropped, not half-closed").isFalse();
    }

    @Test
    void aGuestThatIsLostInItsStreamHearsNothing() {
        rig.guest.sends("zINSTREAM\0").sends(chunk("abc")).resets();

        SessionResult result = rig.run();

        assertEnd(result, Termination.GUEST_LEFT, Verdict.NONE, "");
        assertThat(result.detail()).contains("Connection reset");
        assertThat(result.streamBytes()).isEqualTo(3);
    }

    @Test
    void aGuestThatIsLostBeforeItsCommandHearsNothing() {
        rig.guest.sends("z").resets();

        assertEnd(rig.run(), Termination.GUEST_LEFT, Verdict.NONE, "");
    }

    @Test
    void aGuestThatDoesNotTakeItsReplyHasLeftButItsVerdictIsKept() {
        stream("x");
        rig.guest.takesOnly(5);
        rig.backend.sends("stream: Eicar FOUND\0");

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.GUEST_LEFT);
        assertThat(result.verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(result.signature()).contains("Eicar");
    }

    @Test
    void aGuestThatDoesNotTakeItsRefusalEndsAsWhatItWasRefusedFor() {
        rig.guest.sends("nSCAN /\n").takesOnly(0);

        assertEnd(rig.run(), Termination.COMMAND_REFUSED, Verdict.REFUSED, "");
    }

    @Test
    void waitingForTheQuotaIsPartOfTheTotalTime() {
        rig.clock.advance(Duration.ofSeconds(4));
        rig.guest.sends("zPING\0").ends();
        rig.backend.pauses(Duration.ofSeconds(2)).sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(result.queueWait()).isEqualTo(Duration.ofSeconds(4));
        assertThat(result.total()).isGreaterThanOrEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void aDefectInReadingTheGuestIsAnInternalError() {
        rig.guest
                .sends("zIN")
                .does(() -> {
                    throw new IllegalStateException("a defect");
                })
                .ends();

        assertEnd(
                rig.run(), Termination.INTERNAL_ERROR, Verdict.ERROR, "Internal failure. ERROR\0");
    }

    @Test
    void aDefectInTheFarewellStillGivesAResult() {
        rig.guest
                .sends("nSCAN /etc/passwd\n")
                .does(() -> {
                    throw new IllegalStateException("a defect");
                });

        assertThat(rig.run().termination()).isEqualTo(Termination.COMMAND_REFUSED);
    }

    private void assertEnd(
            SessionResult result, Termination termination, Verdict verdict, String told) {
        assertThat(result.termination()).isEqualTo(termination);
        assertThat(rig.guest.received()).isEqualTo(told);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.signature()).isEqualTo(Optional.empty());
    }
}
