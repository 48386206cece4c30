package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest gets between IDSESSION and END, and what clamd sees of it. */
class NumberedRequestsTest {
    private static final String END_MARKER = "\0\0\0\0";
    private static final String CLEAN_STREAM = "zINSTREAM\0" + text(chunk("abc")) + END_MARKER;

    private final SessionRig rig = new SessionRig();

    @ParameterizedTest
    @CsvSource({"z, '\0'", "n, '\n'"})
    void everyRequestIsAnsweredUnderItsNumberInItsOwnForm(char prefix, char terminator) {
        rig.guest
                .sends(prefix + "IDSESSION" + terminator + "nPING\nzVERSION\0" + CLEAN_STREAM)
                .sends(prefix + "END" + terminator);
        rig.backend.sends("PONG\0");
        rig.nextBackend().sends("ClamAV 1.4.6\0");
        rig.nextBackend().sends("stream: Eicar FOUND\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received())
                .isEqualTo("1: PONG\n" + "2: ClamAV 1.4.6\0" + "3: stream: Eicar FOUND\0");
        assertThat(rig.backends().stream().map(ScriptedSocket::received))
                .containsExactly("zPING\0", "zVERSION\0", CLEAN_STREAM);
        assertThat(result.commandText()).isEqualTo("IDSESSION");
        assertThat(result.command()).isEmpty();
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
        assertThat(result.request()).isZero();
        assertThat(ended()).extracting(SessionResult::request).containsExactly(1, 2, 3);
        assertThat(ended())
                .extracting(SessionResult::commandText)
                .containsExactly("PING", "VERSION", "INSTREAM");
        assertThat(ended().getLast().verdict()).isEqualTo(Verdict.INFECTED);
        assertThat(ended().getLast().streamBytes()).isEqualTo(3);
    }

    @Test
    void aSessionWithoutRequestsEndsInGoodOrder() {
        rig.guest.sends("zIDSESSION\0").ends();

        assertThat(rig.run().termination()).isEqualTo(Termination.COMPLETED);
        assertThat(rig.guest.received()).isEmpty();
        assertThat(ended()).isEmpty();
    }

    @Test
    void streamsThatAreSentAtOnceAreTakenApartExactly() {
        Seeds.forEach(
                300,
                random -> {
                    SessionRig cut = new SessionRig(TestLimits.limits().build(), 64, 1000);
                    int streams = 1 + random.nextInt(5);
                    StringBuilder sent = new StringBuilder("zIDSESSION\0");
                    StringBuilder told = new StringBuilder();
                    for (int i = 1; i <= streams; i++) {
                        String stream =
                                "zINSTREAM\0"
                                        + text(chunk("x".repeat(1 + random.nextInt(90))))
                                        + END_MARKER;
                        sent.append(stream);
                        told.append(i).append(": stream: OK\0");
                        (i == 1 ? cut.backend : cut.nextBackend()).sends("stream: OK\0").ends();
                    }
                    String all = sent.append("zEND\0").toString();
                    for (byte[] piece : Seeds.cut(all.getBytes(ISO_8859_1), random)) {
                        cut.guest.sends(piece);
                    }

                    cut.run();

                    assertThat(cut.guest.received()).isEqualTo(told.toString());
                    assertThat(
                                    "zIDSESSION\0"
                                            + String.join(
                                                    "",
                                                    cut.backends().stream()
                                                            .map(ScriptedSocket::received)
                                                            .toList())
                                            + "zEND\0")
                            .isEqualTo(all);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zSHUTDOWN\0",
                "nRELOAD\n",
                "zSTATS\0",
                "PING\n",
                "nPING\r\n",
                "zIDSESSION\0",
                "zFILDES\0",
                "\0\0\0\3abc"
            })
    void everythingElseEndsTheSession(String refused) {
        rig.guest.sends("zIDSESSION\0zPING\0" + refused + "zPING\0").ends();
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        char end = refused.charAt(0) == 'z' ? '\0' : '\n';
        assertThat(rig.guest.received())
                .isEqualTo("1: PONG\0" + "2: Command not allowed. ERROR" + end);
        assertThat(rig.clamd.connections()).isEqualTo(1);
        assertThat(result.termination()).isEqualTo(Termination.COMPLETED);
        assertThat(ended().getLast().termination()).isEqualTo(Termination.COMMAND_REFUSED);
        assertThat(ended().getLast().verdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aCommandThatTakesAPathIsNamedHereToo() {
        rig.guest.sends("nIDSESSION\nnSCAN /etc/passwd\n").ends();

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: SCAN: Command not allowed. ERROR\n");
        assertThat(ended().getLast().commandText()).isEqualTo("nSCAN");
    }

    @Test
    void aStreamOverTheLimitEndsTheSessionUnderItsNumber() {
        rig.guest
                .sends("zIDSESSION\0zINSTREAM\0")
                .sends(SessionRig.header(TestLimits.MAX_CHUNK + 1))
                .sends("zPING\0")
                .ends();

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: INSTREAM size limit exceeded. ERROR\0");
        assertThat(rig.clamd.connections()).isZero();
        assertThat(ended().getLast().termination()).isEqualTo(Termination.CHUNK_LIMIT);
    }

    @Test
    void anErrorBehindAWholeStreamLeavesTheSessionOpen() {
        rig.guest.sends("zIDSESSION\0" + CLEAN_STREAM + CLEAN_STREAM + "zEND\0").ends();
        rig.backend.ends();
        rig.nextBackend().sends("stream: OK\0").ends();

        rig.run();

        assertThat(rig.guest.received())
                .isEqualTo("1: Scanner closed the connection. ERROR\0" + "2: stream: OK\0");
    }

    @Test
    void aStreamThatBreaksOffIsAnErrorUnderItsNumber() {
        rig.guest.sends("zIDSESSION\0zINSTREAM\0" + text(chunk("abc"))).ends();

        rig.run();

        assertThat(rig.guest.received())
                .isEqualTo("1: Stream ended before its end marker. ERROR\0");
    }

    @Test
    void aGuestThatIsSilentForTooLongTimesOut() {
        rig.guest.sends("nIDSESSION\n").pauses(TestLimits.COMMAND_TIMEOUT.multipliedBy(2));

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: Command timeout exceeded. ERROR\n");
        assertThat(result.termination()).isEqualTo(Termination.COMMAND_TIMEOUT);
    }

    @Test
    void aSessionThatRestsBetweenRequestsIsIdle() {
        rig.guest
                .sends("zIDSESSION\0zPING\0")
                .does(() -> assertThat(rig.session.stopIfIdle(Termination.SHUTDOWN)).isTrue())
                .pauses(Duration.ofSeconds(3));
        rig.backend.sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: PONG\0" + "2: Service is stopping. ERROR\0");
        assertThat(result.termination()).isEqualTo(Termination.SHUTDOWN);
    }

    @Test
    void aRequestIsServedUnderThePolicyOfItsMoment() {
        rig.guest
                .sends("zIDSESSION\0zPING\0")
                .does(() ->
                        rig.service.policyIs(
                                TestLimits.policy(
                                        TestLimits.limits()
                                                .commands(EnumSet.of(Command.VERSION))
                                                .build())))
                .sends("zPING\0")
                .ends();
        rig.backend.sends("PONG\0");

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: PONG\0" + "2: Command not allowed. ERROR\0");
    }

    @Test
    void aFurtherRequestWaitsForItsTurnAsAConnectionWould() {
        rig.service.turnIs(() -> Optional.of(Termination.CONNECTION_RATE));
        rig.guest.sends("zIDSESSION\0zPING\0zPING\0").ends();
        rig.backend.sends("PONG\0");

        rig.run();

        assertThat(rig.guest.received())
                .isEqualTo("1: PONG\0" + "2: Connection rate exceeded. ERROR\0");
    }

    /** Its command timeout ended with its last byte. */
    @Test
    void aRequestMayWaitForItsTurnLongerThanACommandMayTake() {
        rig.service.turnIs(() -> {
            rig.clock.advance(TestLimits.COMMAND_TIMEOUT.multipliedBy(2));
            rig.watchdog.checkAll();
            rig.watchdog.checkAll();
            return Optional.empty();
        });
        rig.guest.sends("zIDSESSION\0zPING\0zPING\0").sends("zEND\0").ends();
        rig.backend.sends("PONG\0");
        rig.nextBackend().sends("PONG\0");

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: PONG\0" + "2: PONG\0");
    }

    @Test
    void aDrainDuringARequestEndsTheSessionBehindItsAnswer() {
        rig.guest.sends("zIDSESSION\0zPING\0zPING\0").pauses(Duration.ofSeconds(3));
        rig.backend
                .does(() -> assertThat(rig.session.stopIfIdle(Termination.SHUTDOWN)).isFalse())
                .sends("PONG\0");

        SessionResult result = rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: PONG\0" + "2: Service is stopping. ERROR\0");
        assertThat(result.termination()).isEqualTo(Termination.SHUTDOWN);
        assertThat(rig.clamd.connections()).isEqualTo(1);
    }

    @Test
    void aStreamThatThePolicyForbidsMeanwhileIsNotReadAsRequests() {
        rig.service.turnIs(() -> {
            rig.service.policyIs(
                    TestLimits.policy(
                            TestLimits.limits().commands(EnumSet.of(Command.PING)).build()));
            return Optional.empty();
        });
        rig.guest
                .sends("zIDSESSION\0zPING\0zINSTREAM\0" + text(chunk("zPING\0")) + END_MARKER)
                .ends();
        rig.backend.sends("PONG\0");

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: PONG\0" + "2: Command not allowed. ERROR\0");
        assertThat(rig.clamd.connections()).isEqualTo(1);
    }

    @Test
    void aDefectIsAnsweredAndReportedUnderTheNumberOfItsRequest() {
        rig.service.workIs(() -> {
            throw new IllegalStateException("a defect");
        });
        rig.guest.sends("zIDSESSION\0zPING\0zPING\0").ends();

        rig.run();

        assertThat(rig.guest.received())
                .startsWith("1: ")
                .endsWith(" ERROR\0")
                .doesNotContain("2:");
        assertThat(ended()).hasSize(1);
        assertThat(ended().getFirst().termination()).isEqualTo(Termination.INTERNAL_ERROR);
        assertThat(ended().getFirst().request()).isEqualTo(1);
    }

    @Test
    void aRequestThatAnotherThreadEndsEndsTheSession() {
        rig.guest.sends("zIDSESSION\0zPING\0zPING\0").ends();
        rig.backend.does(() -> rig.session.stop(Termination.KILLED)).pauses(Duration.ofSeconds(9));

        rig.run();

        assertThat(rig.guest.received()).isEqualTo("1: Ended by the administrator. ERROR\0");
        assertThat(rig.clamd.connections()).isEqualTo(1);
    }

    @Test
    void aGuestThatTakesNoReplyEndsTheSessionAndItsVerdictIsKept() {
        rig.guest.sends("zIDSESSION\0" + CLEAN_STREAM + "zPING\0").takesOnly(5).ends();
        rig.backend.sends("stream: Eicar FOUND\0").ends();

        rig.run();

        assertThat(ended()).hasSize(1);
        assertThat(ended().getFirst().termination()).isEqualTo(Termination.GUEST_LEFT);
        assertThat(ended().getFirst().signature()).isEqualTo(Optional.of("Eicar"));
    }

    private List<SessionResult> ended() {
        return rig.service.ended();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
