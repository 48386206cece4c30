package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.SocketRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a session ends when a clamd on a real socket misbehaves. */
@Timeout(30)
class SocketClamdBehaviourTest {
    private static final String END = "\0\0\0\0";
    private static final byte[] LARGE = chunk("x".repeat(500_000));
    private static final Limits LIMITS = TestLimits.limits().build();
    private static final Limits IMPATIENT =
            TestLimits.limits()
                    .readTimeout(Duration.ofMillis(300))
                    .streamTimeout(Duration.ofMillis(600))
                    .build();

    @TempDir Path folder;
    private FakeClamd clamd;
    private SocketRig rig;

    @BeforeEach
    void start() throws IOException {
        clamd = FakeClamd.onUnixSocket(folder);
        rig = new SocketRig(folder, clamd.endpoint());
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
        assertThat(rig.uploads.held()).isZero();
        assertThat(rig.requests.held()).isZero();
        assertThat(rig.scans.held()).isZero();
        clamd.close();
    }

    @Test
    void anEarlyReplyReachesAGuestThatGoesOnSending() throws Exception {
        clamd.is(FakeClamd.interrupting(50_000, "INSTREAM size limit exceeded. ERROR\0"));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(LARGE).send(chunk("y".repeat(400_000))).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        SessionResult result = assertEnd(served, Termination.COMPLETED, Verdict.ERROR);
        assertThat(result.detail()).contains("clamd: INSTREAM size limit exceeded. ERROR");
    }

    @Test
    void anEarlyReplyOverTcpReachesAGuestThatGoesOnSending() throws Exception {
        try (FakeClamd tcp = FakeClamd.onTcp();
                SocketRig overTcp = new SocketRig(folder, tcp.endpoint())) {
            // clamd shuts down first and reads on for a while, which keeps the text readable
            tcp.is(conversation -> {
                conversation.readExactly(50_000);
                conversation.write("INSTREAM size limit exceeded. ERROR\0");
                conversation.readToEnd();
            });
            Served served = overTcp.serve(LIMITS);
            served.guest().send("zINSTREAM\0").send(LARGE).send(chunk("y")).send(END);

            assertThat(served.guest().receiveAllAndClose())
                    .isEqualTo("INSTREAM size limit exceeded. ERROR\0");
            assertEnd(served, Termination.COMPLETED, Verdict.ERROR);
        }
    }

    @Test
    void anEarlyOkIsNoVerdict() throws Exception {
        clamd.is(FakeClamd.interrupting(50_000, "stream: OK\0"));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(LARGE).send(chunk("y".repeat(400_000))).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner reply not understood. ERROR\0");
        assertEnd(served, Termination.CLAMD_REPLY_MALFORMED, Verdict.ERROR);
    }

    @Test
    void anOkFromAClamdThatDoesNotCloseIsNoVerdict() throws Exception {
        clamd.is(conversation -> {
            conversation.readExactly(10 + 5 + 4);
            conversation.write("stream: OK\0");
            conversation.readToEnd();
        });
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("a")).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner reply not understood. ERROR\0");
    }

    @Test
    void aLossInTheMiddleOfTheStreamIsReportedAsSuch() throws Exception {
        clamd.is(conversation -> conversation.readExactly(50_000));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(LARGE).send(chunk("y".repeat(400_000))).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner closed the connection. ERROR\0");
        assertEnd(served, Termination.CLAMD_CLOSED, Verdict.ERROR);
    }

    @Test
    void aCloseWithoutAReplyIsReportedAsSuch() throws Exception {
        clamd.is(FakeClamd.answering());
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("a")).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner closed the connection. ERROR\0");
        assertEnd(served, Termination.CLAMD_CLOSED, Verdict.ERROR);
    }

    @Test
    void aClamdThatReadsByteByByteGetsEverything() throws Exception {
        clamd.is(conversation -> {
            conversation.readSlowly();
            FakeClamd.honest(conversation);
        });
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("z".repeat(1500))).send(END);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(clamd.nextConversation()).hasSize(10 + 4 + 1500 + 4);
    }

    @Test
    void aReplyInPiecesIsPutTogether() throws Exception {
        clamd.is(FakeClamd.answering("stre", "am: Ei", "car FOUND", "\0"));
        Served served = rig.serve(LIMITS);
        served.guest().send("nINSTREAM\n").send(END);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: Eicar FOUND\n");
        assertEnd(served, Termination.COMPLETED, Verdict.INFECTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream: OK", "stream: O", "stream: OK\n", "stream: OK\0stream: OK\0"})
    void aReplyThatIsNotWholeIsNotClean(String reply) throws Exception {
        clamd.is(FakeClamd.answering(reply));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner reply not understood. ERROR\0");
        assertEnd(served, Termination.CLAMD_REPLY_MALFORMED, Verdict.ERROR);
    }

    @Test
    void anOverlongReplyIsMalformed() throws Exception {
        clamd.is(FakeClamd.answering("stream: " + "x".repeat(1 << 20) + " FOUND\0"));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner reply not understood. ERROR\0");
        assertEnd(served, Termination.CLAMD_REPLY_MALFORMED, Verdict.ERROR);
    }

    @Test
    void aClamdThatIsGoneIsUnreachable() throws Exception {
        clamd.close();
        Served served = rig.serve(LIMITS);
        served.guest().send("zPING\0");

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Scanner not available. ERROR\0");
        SessionResult result = assertEnd(served, Termination.CLAMD_UNREACHABLE, Verdict.ERROR);
        assertThat(result.detail().orElseThrow()).contains(clamd.endpoint(), "Connection refused");
    }

    @Test
    void aSilentClamdTimesOutForAPing() throws Exception {
        clamd.is(FakeClamd::silent);
        Served served = rig.serve(IMPATIENT);
        served.guest().send("zPING\0");

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Scanner timeout exceeded. ERROR\0");
        assertEnd(served, Termination.CLAMD_TIMEOUT, Verdict.ERROR);
    }

    @Test
    void aClamdThatDoesNotReadEndsTheStreamInTime() throws Exception {
        clamd.is(conversation -> {
            conversation.readExactly(1);
            awaitQuietly(new CountDownLatch(1));
        });
        Served served = rig.serve(IMPATIENT);
        served.guest().send("zINSTREAM\0").send(LARGE).send(chunk("y".repeat(400_000))).send(END);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Stream timeout exceeded. ERROR\0");
        assertEnd(served, Termination.STREAM_TIMEOUT, Verdict.ERROR);
        // the end marker is in the kernel's buffer: clamd may still read it
        assertThat(rig.abandoned.count()).isEqualTo(1);
        assertThat(rig.uploads.held()).isEqualTo(1);
        assertThat(rig.scans.held()).isEqualTo(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SessionResult assertEnd(Served served, Termination termination, Verdict verdict)
            throws InterruptedException {
        SessionResult result = served.result();
        assertThat(result.termination()).isEqualTo(termination);
        assertThat(result.verdict()).isEqualTo(verdict);
        return result;
    }
}
