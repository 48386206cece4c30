package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static clamd.vproxy.worker.testing.SessionRig.header;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands and streams that are answered: what guest and clamd receive, what the result says. */
class SessionTest extends SessionFixture {
    @ParameterizedTest
    @CsvSource({"z, '\0'", "n, '\n'"})
    void aPingIsAnsweredInTheGuestsOwnForm(char prefix, char terminator) {
        rig.guest.sends(prefix + "PING" + terminator).ends();
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("PONG" + terminator);
        assertThat(rig.backend.received()).isEqualTo("zPING\0");
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
        assertThat(result.verdict()).isEqualTo(Verdict.ANSWERED);
        assertThat(result.commandText()).isEqualTo("PING");
        assertThat(result.streamBytes()).isZero();
        assertThat(result.detail()).isEmpty();
    }

    @Test
    void aVersionIsAnsweredInTheGuestsOwnForm() {
        rig.guest.sends("nVERSION\n").ends();
        rig.backend.sends("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\n");
        assertThat(rig.backend.received()).isEqualTo("zVERSION\0");
        assertThat(result.verdict()).isEqualTo(Verdict.ANSWERED);
        assertThat(result.commandText()).isEqualTo("VERSION");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING\n", "PING\r\n", "PING\0"})
    void aBarePingIsAnsweredWithANewline(String sent) {
        rig.guest.sends(sent + "nSHUTDOWN\n").ends();
        rig.backend.sends("PONG\0");

        assertThat(rig.run().commandText()).isEqualTo("PING");
        assertThat(rig.guest.received()).isEqualTo("PONG\n");
        assertThat(rig.backend.received()).isEqualTo("zPING\0");
    }

    @Test
    void aBarePingWithoutAnEndIsAnsweredAfterAShortSilence() {
        rig.guest.sends("PI").pauses(Duration.ofSeconds(1)).sends("NG");
        rig.guest.pauses(Duration.ofSeconds(20));
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("PONG\n");
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
        assertThat(result.total()).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aBareVersionIsAnsweredWhenTheGuestEndsItsSide() {
        rig.guest.sends("VERSION").ends();
        rig.backend.sends("ClamAV 1.4.6\0");

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("ClamAV 1.4.6\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIN", "PINGX", "INSTREAM", "INSTREAM\n"})
    void nothingElseIsUnderstoodWithoutAPrefix(String sent) {
        rig.guest.sends(sent).ends();

        SessionResult result = rig.run();

        assertThat(rig.guest.received())
                .isIn("Command not allowed. ERROR\n", "Command not complete. ERROR\n");
        assertThat(result.command()).isEmpty();
        assertThat(rig.clamd.connections()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"z, '\0'", "n, '\n'", "'', '\n'"})
    void aRefusedCommandThatTakesAPathIsNamedBeforeAColon(String prefix, char terminator) {
        rig.guest.sends(prefix + "MULTISCAN /etc" + terminator).ends();

        SessionResult result = rig.run();

        assertThat(rig.guest.received())
                .isEqualTo("MULTISCAN: Command not allowed. ERROR" + terminator);
        assertThat(result.termination()).isEqualTo(Termination.COMMAND_REFUSED);
        assertThat(result.commandText()).isEqualTo(prefix + "MULTISCAN");
    }

    @Test
    void theNamesOfTheAllowedCommandsFollowTheVersion() {
        SessionRig two =
                new SessionRig(
                        TestLimits.limits()
                                .commands(EnumSet.of(Command.VERSION, Command.INSTREAM))
                                .build());
        two.guest.sends("nVERSIONCOMMANDS\n").ends();
        two.backend.sends("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\0");

        SessionResult result = two.run();

        assertThat(two.guest.received())
                .isEqualTo(
                        "ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026| COMMANDS: INSTREAM VERSION"
                                + " VERSIONCOMMANDS IDSESSION END\n");
        assertThat(two.backend.received()).isEqualTo("zVERSION\0");
        assertThat(result.commandText()).isEqualTo("VERSIONCOMMANDS");
        assertThat(result.command()).contains(Command.VERSION);
    }

    @Test
    void anAbandonedSessionStillTellsItsGuestTheReason() {
        SessionResult result = rig.session.abandon(Termination.QUOTA, Optional.empty());

        assertThat(rig.guest.received()).isEqualTo("Connection quota exceeded. ERROR\n");
        assertThat(rig.guest.isOutputShut()).isTrue();
        assertThat(rig.guest.isClosed()).isTrue();
        assertThat(result.termination()).isEqualTo(Termination.QUOTA);
    }

    @Test
    void aCleanStreamIsReportedClean() {
        rig.guest.sends("nINSTREAM\n").sends(chunk("abc")).sends(chunk("defgh")).sends(END).ends();
        rig.backend.pauses(Duration.ofSeconds(3)).sends("stream: OK\0").ends();

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("stream: OK\n");
        assertThat(rig.backend.received())
                .isEqualTo("zINSTREAM\0" + "\0\0\0\3abc" + "\0\0\0\5defgh" + END);
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.commandText()).isEqualTo("INSTREAM");
        assertThat(result.streamBytes()).isEqualTo(8);
        assertThat(result.signature()).isEmpty();
        assertThat(result.scan()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void anInfectedStreamIsReportedWithItsSignature() {
        stream("x");
        rig.backend.sends("stream: Eicar\u001b[0m FOUND\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("stream: Eicar?[0m FOUND\0");
        assertThat(result.verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(result.signature()).contains("Eicar?[0m");
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
    }

    @Test
    void anEmptyStreamReachesClamdAsOne() {
        rig.guest.sends("zINSTREAM\0").sends(END).ends();
        rig.backend.sends("stream: OK\0").ends();

        assertThat(rig.run().verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0" + END);
    }

    @Test
    void aHeaderCutByTheEndOfTheBufferIsPutTogetherAgain() {
        String data = "0123456789".repeat(30);
        for (int length = 1; length < 200; length++) {
            SessionRig small = new SessionRig(TestLimits.limits().build(), 64, Long.MAX_VALUE);
            byte[] chunk = chunk(data.substring(0, length));
            small.guest
                    .sends("zINSTREAM\0")
                    .sends(SessionRig.join(chunk, chunk, chunk, header(0)))
                    .ends();
            small.backend.sends("stream: OK\0").ends();

            SessionResult result = small.run();

            assertThat(result.verdict()).as("chunks of %s", length).isEqualTo(Verdict.CLEAN);
            assertThat(small.backend.receivedBytes())
                    .isEqualTo(
                            SessionRig.join(
                                    "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII),
                                    chunk,
                                    chunk,
                                    chunk,
                                    header(0)));
        }
    }

    @Test
    void whatFollowsTheEndMarkerIsDropped() {
        rig.guest
                .sends("zINSTREAM\0")
                .sends(SessionRig.join(chunk("a"), header(0), chunk("zSHUTDOWN\0")))
                .sends("zSHUTDOWN\0")
                .ends();
        rig.backend.sends("stream: OK\0").ends();

        rig.run();

        assertThat(rig.backend.received()).isEqualTo("zINSTREAM\0" + "\0\0\0\1a" + END);
        assertThat(rig.guest.received()).isEqualTo("stream: OK\0");
        assertThat(rig.guest.isPlayed()).isTrue();
    }

    @Test
    void whatFollowsAPingIsDropped() {
        rig.guest.sends("zPING\0zSHUTDOWN\0").sends("zSHUTDOWN\0").ends();
        rig.backend.sends("PONG\0");

        rig.run();

        assertThat(rig.backend.received()).isEqualTo("zPING\0");
        assertThat(rig.guest.received()).isEqualTo("PONG\0");
    }

    @Test
    void aStreamOfExactlyItsLimitIsScanned() {
        SessionRig honest = new SessionRig(TestLimits.limits().build(), 64, 10);
        honest.guest.sends("nINSTREAM\n").sends(chunk("0123456789")).sends(END).ends();
        honest.backend.sends("stream: OK\0").ends();

        assertThat(honest.run().verdict()).isEqualTo(Verdict.CLEAN);
    }
}
