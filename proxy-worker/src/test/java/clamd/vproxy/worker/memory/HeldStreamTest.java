package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.MemoryRig;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.SocketRig.Served;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams that stay in a session's buffer until their end, so that a remembered verdict needs no
 * clamd.
 */
@Timeout(60)
class HeldStreamTest {
    private static final Limits LIMITS = TestLimits.limits().build();

    /** Sizes of the sessions' first buffer, and of the large buffers that the rig lends. */
    private static final List<Integer> EDGES = List.of(0, 8192, 1 << 16);

    /** How many large buffers the rig lends to streams without a permit. */
    private static final int LENT_AHEAD = 4;

    @TempDir Path folder;
    private MemoryRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new MemoryRig(folder);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void aRememberedStreamThatFitsALargeBufferNeedsNoConnectionToClamd() throws Exception {
        String data = "x".repeat(60_000);
        assertThat(rig.scan("acme", "one", LIMITS, data).cached()).isFalse();
        assertThat(rig.scan("acme", "one", LIMITS, data).cached()).isTrue();

        assertThat(rig.connections).hasValue(1);
    }

    @Test
    void aStreamHoldsNoPermitUntilItOutgrowsItsBuffer() throws Exception {
        Served served = rig.serve("acme", "one", LIMITS);
        served.guest().send("zINSTREAM\0").send(SessionRig.header(100_000));
        served.guest().send("x".repeat(50_000));
        Eventually.holds("it was read", () -> served.session().view().streamBytes() == 50_000);
        assertThat(rig.connections).hasValue(0);
        assertThat(rig.sockets.uploads.held()).isZero();

        served.guest().send("x".repeat(50_000));
        Eventually.holds("it goes to clamd", () -> rig.sockets.uploads.held() == 1);
        served.guest().send(SessionRig.header(0));
        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
        assertThat(served.result().streamBytes()).isEqualTo(100_000);
    }

    @Test
    void aStopLetsABufferedStreamFinish() throws Exception {
        Served served = rig.serve("acme", "one", LIMITS);
        served.guest().send("zINSTREAM\0").send(SessionRig.header(100)).send("x".repeat(50));
        Eventually.holds("it was read", () -> served.session().view().streamBytes() == 50);

        assertThat(served.session().stopIfIdle(Termination.SHUTDOWN)).isFalse();
        served.guest().send("x".repeat(50)).send(SessionRig.header(0));
        assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
    }

    @Test
    void aStreamWithoutABufferGoesToClamdAtOnce() throws Exception {
        List<Served> begun = new ArrayList<>();
        for (int i = 0; i < LENT_AHEAD; i++) {
            begun.add(begin("one"));
        }
        Eventually.holds(
                "all are read",
                () -> begun.stream().allMatch(each -> each.session().view().streamBytes() == 9000));
        assertThat(rig.sockets.uploads.held()).isZero();

        Served further = begin("two");
        Eventually.holds("it goes to clamd", () -> rig.sockets.uploads.held() == 1);
        begun.add(further);
        for (Served served : begun) {
            served.guest().send(SessionRig.header(0));
            assertThat(served.guest().receiveAllAndClose()).isEqualTo("stream: OK\0");
            assertThat(served.result().termination()).isEqualTo(Termination.COMPLETED);
        }
        assertThat(begin("three").guest().halfClose().receiveAllAndClose()).isNotEmpty();
    }

    private Served begin(String guest) throws IOException {
        Served served = rig.serve("acme", guest, LIMITS);
        served.guest().send("zINSTREAM\0").send(SessionRig.chunk("x".repeat(9000)));
        return served;
    }

    @Test
    void howeverAStreamIsCutClamdGetsAllOfItOnce() {
        Seeds.forEach(
                150,
                random -> {
                    try {
                        scanCut(random);
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private void scanCut(RandomGenerator random) throws IOException, InterruptedException {
        byte[] content = content(random);
        // at the end, which would be lost first
        boolean infected = random.nextInt(3) == 0;
        String data =
                new String(content, StandardCharsets.ISO_8859_1) + (infected ? "EICAR" : "clean");
        String framed = framed(data, random);
        Served served = rig.serve("acme", "one", LIMITS);
        served.guest().send("zINSTREAM\0");
        for (byte[] piece : pieces(framed, random)) {
            served.guest().send(piece);
        }
        String reply = served.guest().receiveAllAndClose();
        SessionResult result = served.result();

        assertThat(result.verdict()).isEqualTo(infected ? Verdict.INFECTED : Verdict.CLEAN);
        assertThat(reply).isEqualTo(infected ? "stream: EICAR FOUND\0" : "stream: OK\0");
        assertThat(result.streamBytes()).isEqualTo(data.length());
        if (!result.cached()) {
            assertThat(rig.stream).isEqualTo("zINSTREAM\0" + framed);
        }
    }

    /** A length close to the size of a buffer. */
    private static byte[] content(RandomGenerator random) {
        int edge = EDGES.get(random.nextInt(EDGES.size()));
        byte[] content = new byte[Math.max(0, edge + random.nextInt(-40, 200))];
        random.nextBytes(content);
        return content;
    }

    private static String framed(String data, RandomGenerator random) {
        StringBuilder framed = new StringBuilder();
        int from = 0;
        while (from < data.length()) {
            int most = random.nextBoolean() ? 40_000 : 4000;
            int length = Math.min(data.length() - from, random.nextInt(1, most));
            framed.append(latin(SessionRig.chunk(data.substring(from, from + length))));
            from += length;
        }
        return framed + latin(SessionRig.header(0));
    }

    private static List<byte[]> pieces(String framed, RandomGenerator random) {
        byte[] bytes = framed.getBytes(StandardCharsets.ISO_8859_1);
        if (random.nextBoolean()) {
            return List.of(bytes);
        }
        List<byte[]> pieces = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + random.nextInt(1, 20_000));
            pieces.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return pieces;
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
