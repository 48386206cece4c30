package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static clamd.vproxy.worker.testing.SessionRig.header;
import static clamd.vproxy.worker.testing.SessionRig.join;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.SocketRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions between a guest and a stand-in for clamd, over real sockets: both sides byte for byte.
 */
@Timeout(30)
class SocketSessionTest {
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
        assertThat(rig.uploads.held()).isZero();
        assertThat(rig.requests.held()).isZero();
        assertThat(rig.scans.held()).isZero();
        rig.close();
        clamd.close();
    }

    @Test
    void aPingOverTcpIsAnswered() throws Exception {
        try (FakeClamd tcp = FakeClamd.onTcp();
                SocketRig overTcp = new SocketRig(folder, tcp.endpoint())) {
            Served served = overTcp.serve(LIMITS);
            served.guest().send("nPING\n");

            assertThat(served.guest().receiveAllAndClose()).isEqualTo("PONG\n");
            assertThat(tcp.nextConversation()).isEqualTo("zPING\0");
            assertEnd(served, Termination.COMPLETED, Verdict.ANSWERED);
        }
    }

    @Test
    void aStreamOverTcpIsScanned() throws Exception {
        try (FakeClamd tcp = FakeClamd.onTcp();
                SocketRig overTcp = new SocketRig(folder, tcp.endpoint())) {
            Served served = overTcp.serve(LIMITS);
            byte[] stream = join(LARGE, chunk("EICAR"), header(0));
            served.guest().send("nINSTREAM\n").send(stream);

            assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: Eicar.Test FOUND\n");
            assertThat(tcp.nextConversation())
                    .isEqualTo("zINSTREAM\0" + new String(stream, ISO_8859_1));
            assertEnd(served, Termination.COMPLETED, Verdict.INFECTED);
        }
    }

    @Test
    void aStreamOfOddChunksArrivesByteForByte() throws Exception {
        Random random = new Random(1);
        byte[] stream = new byte[0];
        while (stream.length < 800_000) {
            byte[] data = new byte[random.nextInt(1, 70_000)];
            random.nextBytes(data);
            stream = join(stream, header(data.length), data);
        }
        stream = join(stream, header(0));
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(stream);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(clamd.nextConversation())
                .isEqualTo("zINSTREAM\0" + new String(stream, ISO_8859_1));
        assertEnd(served, Termination.COMPLETED, Verdict.CLEAN);
    }

    @Test
    void aHalfCloseBehindTheEndMarkerDoesNotCancelTheScan() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("nINSTREAM\n").send(chunk("abc")).send(END).halfClose();

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\n");
        assertThat(clamd.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0\3abc" + END);
        assertEnd(served, Termination.COMPLETED, Verdict.CLEAN);
    }

    @Test
    void aHalfCloseBehindAPingDoesNotCancelIt() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zPING\0").halfClose();

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("PONG\0");
        assertEnd(served, Termination.COMPLETED, Verdict.ANSWERED);
    }

    @Test
    void aHalfCloseDoesNotEndAStream() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("abc")).halfClose();

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("Stream ended before its end marker. ERROR\0");
        assertThat(clamd.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0\3abc");
        assertEnd(served, Termination.STREAM_INCOMPLETE, Verdict.NONE);
    }

    @Test
    void aGuestThatClosesInAChunkLeavesAnIncompleteStream() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(header(100)).send("abc").close();

        assertEnd(served, Termination.STREAM_INCOMPLETE, Verdict.NONE);
        assertThat(clamd.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0dabc");
    }

    @Test
    void aGuestThatLeavesDuringItsScanDoesNotFreeItsPlaceEarly() throws Exception {
        CountDownLatch scanning = new CountDownLatch(1);
        CountDownLatch scanned = new CountDownLatch(1);
        clamd.is(conversation -> {
            conversation.readRequest();
            scanning.countDown();
            awaitQuietly(scanned);
            conversation.write("stream: OK\0");
        });
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(END).close();
        scanning.await();

        assertThat(rig.uploads.held()).isEqualTo(1);
        scanned.countDown();
        assertEnd(served, Termination.GUEST_LEFT, Verdict.CLEAN);
    }

    @Test
    void aGuestThatWritesSixMegabytesMoreStillReadsWhyItWasRefused() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(LARGE).send(LARGE).send(header(1));
        served.guest().send(new byte[6 << 20]);

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("INSTREAM size limit exceeded. ERROR\0");
        assertEnd(served, Termination.STREAM_LIMIT, Verdict.REFUSED);
        String seen = clamd.nextConversation();
        assertThat(seen).hasSizeLessThanOrEqualTo(10 + 2 * LARGE.length);
        assertThat("zINSTREAM\0" + new String(join(LARGE, LARGE), ISO_8859_1)).startsWith(seen);
    }

    @Test
    void aCommandOfAMegabyteIsRefusedWithAText() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("n" + "A".repeat(1 << 20) + "\n");

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Command not allowed. ERROR\n");
        assertEnd(served, Termination.COMMAND_REFUSED, Verdict.REFUSED);
        assertThat(clamd.hasNoConversation()).isTrue();
    }

    @Test
    void whatFollowsAPingIsDropped() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zPING\0zSHUTDOWN\0").send(new byte[100_000]);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("PONG\0");
        assertThat(clamd.nextConversation()).isEqualTo("zPING\0");
    }

    @Test
    void whatFollowsTheEndMarkerIsDropped() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send(join("zINSTREAM\0".getBytes(ISO_8859_1), chunk("a"), header(0)));
        served.guest().send("\n").send(END).send("zSHUTDOWN\0").send(new byte[300_000]);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(clamd.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0\1a" + END);
    }

    @Test
    void aCommandInSingleBytesIsUnderstood() throws Exception {
        Served served = rig.serve(LIMITS);
        for (char c : "nVERSION\n".toCharArray()) {
            served.guest().send("" + c);
        }

        assertThat(served.guest().receiveAllAndClose())
                .isEqualTo("ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026\n");
    }

    @Test
    void aGuestThatFallsSilentTimesOut() throws Exception {
        Served served = rig.serve(IMPATIENT);
        served.guest().send("zINSTREAM\0").send(header(10)).send("abc");

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Read timeout exceeded. ERROR\0");
        assertEnd(served, Termination.READ_TIMEOUT, Verdict.ERROR);
        assertThat(clamd.nextConversation()).isEqualTo("zINSTREAM\0\0\0\0\nabc");
    }

    @Test
    void aSessionIsStoppedFromAnotherThreadInItsStream() throws Exception {
        Served served = rig.serve(LIMITS);
        served.guest().send("zINSTREAM\0").send(chunk("abc"));
        served.session().stop(Termination.SHUTDOWN);

        // stopped before its command was read, the session does not know the terminator yet
        assertThat(served.guest().receiveAllAndClose()).matches("Service is stopping. ERROR[\0\n]");
        assertEnd(served, Termination.SHUTDOWN, Verdict.ERROR);
    }

    @Test
    void thousandsOfSmallChunksAreScannedAsOneStream() throws Exception {
        Served served = rig.serve(LIMITS);
        sendChunks(served, "x".repeat(40), 4_800);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(assertEnd(served, Termination.COMPLETED, Verdict.CLEAN).streamBytes())
                .isEqualTo(192_000);
    }

    @Test
    void aStreamOfSingleBytesEndsBeforeItCostsClamdMuch() throws Exception {
        Served served = rig.serve(LIMITS);
        sendChunks(served, "x", 100_000);

        assertThat(served.guest().receiveAllAndClose()).isEqualTo("Chunks too small. ERROR\0");
        assertThat(assertEnd(served, Termination.CHUNKS_TOO_SMALL, Verdict.REFUSED).streamBytes())
                .isLessThan(4200);
    }

    private static void sendChunks(Served served, String content, int count) throws IOException {
        byte[] one = chunk(content);
        byte[] many = new byte[one.length * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(one, 0, many, i * one.length, one.length);
        }
        served.guest().send("zINSTREAM\0");
        for (int from = 0; from < many.length; from += 4099) {
            served.guest().send(Arrays.copyOfRange(many, from, Math.min(many.length, from + 4099)));
        }
        served.guest().send(END);
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
