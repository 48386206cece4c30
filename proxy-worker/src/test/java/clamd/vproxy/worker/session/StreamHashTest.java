package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The hash of a stream, against one that is computed of the file as a whole. */
class StreamHashTest {
    private static final String COMMAND = "zINSTREAM\0";
    private static final byte[] END = new byte[4];

    @Test
    void theHashIsThatOfTheFileHoweverItWasChunkedAndCut() {
        for (long seed = 0; seed < 300; seed++) {
            RandomGenerator random = Seeds.random(seed);
            byte[] file = new byte[random.nextInt(3000)];
            random.nextBytes(file);
            SessionRig rig = new SessionRig(TestLimits.limits().build());
            rig.guest.sends(COMMAND);
            Seeds.cut(chunked(file, random), random).forEach(rig.guest::sends);
            rig.guest.ends();
            rig.backend.sends("stream: Eicar FOUND\0").ends();

            SessionResult result = rig.run();

            assertThat(result.verdict()).as("seed %d", seed).isEqualTo(Verdict.INFECTED);
            assertThat(result.streamBytes()).as("seed %d", seed).isEqualTo(file.length);
            assertThat(result.sha256()).as("seed %d", seed).hasValue(sha256(file));
            assertThat(sha256(payload(rig.backend.received())))
                    .as("what clamd got, seed %d", seed)
                    .isEqualTo(sha256(file));
        }
    }

    private static byte[] chunked(byte[] file, RandomGenerator random) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        Seeds.cut(file, random)
                .forEach(piece ->
                        stream.writeBytes(chunk(new String(piece, StandardCharsets.ISO_8859_1))));
        stream.writeBytes(END);
        return stream.toByteArray();
    }

    /** The data of the chunks that clamd was sent. */
    private static byte[] payload(String received) {
        ByteBuffer sent =
                ByteBuffer.wrap(
                        received.substring(COMMAND.length()).getBytes(StandardCharsets.ISO_8859_1));
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (int length = sent.getInt(); length > 0; length = sent.getInt()) {
            byte[] piece = new byte[length];
            sent.get(piece);
            data.writeBytes(piece);
        }
        return data.toByteArray();
    }

    @Test
    void theHashOfNothingIsThatOfAnEmptyFile() {
        assertThat(scanned(TestLimits.limits(), "").sha256()).hasValue(sha256(new byte[0]));
    }

    @Test
    void aPolicyCanTurnItOff() {
        SessionResult result = scanned(TestLimits.limits().withoutHash(), "abc");

        assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(result.sha256()).isEmpty();
    }

    private static SessionResult scanned(TestLimits limits, String data) {
        SessionRig rig = new SessionRig(limits.build());
        rig.guest.sends(COMMAND);
        if (!data.isEmpty()) {
            rig.guest.sends(chunk(data));
        }
        rig.guest.sends(END).ends();
        rig.backend.sends("stream: OK\0").ends();
        return rig.run();
    }

    @Test
    void aStreamWithoutAnEndHasNoHash() {
        SessionRig rig = new SessionRig(TestLimits.limits().build());
        rig.guest.sends(COMMAND).sends(chunk("abc")).ends();

        SessionResult result = rig.run();

        assertThat(result.termination()).isEqualTo(Termination.STREAM_INCOMPLETE);
        assertThat(result.sha256()).isEmpty();
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
