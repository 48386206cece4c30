package clamd.vproxy.worker.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What holds for every session, whatever its guest sends and however clamd behaves. Judges by the
 * bytes alone and uses none of the code that it judges. Static functions only.
 */
final class SessionOracle {
    private static final List<String> COMMANDS = List.of("PING", "VERSION", "INSTREAM");
    private static final int HEADER_BYTES = 4;

    private SessionOracle() {}

    /** Everything that can be told without knowing what the guest sent. */
    static void assertSound(SessionRig rig, SessionResult result) {
        assertCanonical(rig, result);
        assertHonest(rig, result);
    }

    /** clamd saw nothing, or a prefix of one canonical command and of what may follow it. */
    private static void assertCanonical(SessionRig rig, SessionResult result) {
        String seen = rig.backend.received();
        if (rig.clamd.connections() == 0) {
            assertThat(seen).isEmpty();
        }
        if (COMMANDS.stream().anyMatch(command -> ("z" + command + '\0').startsWith(seen))) {
            return;
        }
        assertThat(seen).startsWith("zINSTREAM\0");
        ByteBuffer stream = ByteBuffer.wrap(seen.substring(10).getBytes(ISO_8859_1));
        while (stream.remaining() >= HEADER_BYTES) {
            int length = stream.getInt();
            if (length == 0) {
                assertThat(stream.remaining()).as("bytes after the end marker").isZero();
                return;
            }
            assertThat((long) length).isBetween(1L, TestLimits.MAX_CHUNK);
            stream.position(stream.position() + Math.min(length, stream.remaining()));
        }
        assertThat(result.verdict())
                .as("a verdict without an end marker")
                .isNotIn(Verdict.CLEAN, Verdict.INFECTED);
    }

    private static void assertHonest(SessionRig rig, SessionResult result) {
        String told = rig.guest.received();
        assertThat(result.termination()).isNotEqualTo(Termination.INTERNAL_ERROR);
        if (result.verdict() == Verdict.CLEAN) {
            assertThat(rig.backend.received()).endsWith("\0\0\0\0");
        }
        // a guest that stops reading gets the beginning of its line only
        assertThat(told).matches("[ -~]*[\0\n]?");
        boolean saysMore = result.verdict() == Verdict.INFECTED || answersVersion(result);
        if (told.contains("OK") && !saysMore) {
            assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
            assertThat(told).matches("stream: OK[\0\n]?");
        }
        if (result.termination() == Termination.COMPLETED) {
            assertThat(told).matches("[ -~]+[\0\n]");
        }
        assertThat(result.total()).isLessThan(Duration.ofMinutes(2));
        assertPrintable(Optional.of(result.commandText()));
        assertPrintable(result.signature());
        assertPrintable(result.detail());
    }

    /** A signature's name and a version may have any letters. */
    private static boolean answersVersion(SessionResult result) {
        return result.command().filter(Command.VERSION::equals).isPresent()
                && result.verdict() == Verdict.ANSWERED;
    }

    private static void assertPrintable(Optional<String> ofTheLog) {
        assertThat(ofTheLog.orElse("")).matches("[ -~]*");
    }

    /** clamd saw the command that the guest sent, in our spelling, and only the guest's chunks. */
    static void assertIsOf(byte[] sent, SessionRig rig) {
        String seen = rig.backend.received();
        if (seen.isEmpty()) {
            return;
        }
        String request = new String(sent, ISO_8859_1);
        String command = commandOf(request);
        String canonical = "z" + command + '\0';
        if (!command.equals("INSTREAM")) {
            assertThat(canonical).startsWith(seen);
        } else if (seen.length() > canonical.length()) {
            assertThat(request.substring(canonical.length()))
                    .startsWith(seen.substring(canonical.length()));
        }
        if (rig.guest.received().startsWith("stream: ")) {
            int end = endOfStream(sent, canonical.length());
            assertThat(seen).isEqualTo(canonical + request.substring(canonical.length(), end));
        }
    }

    /** The command that these bytes begin with, in one of the two spellings that are allowed. */
    private static String commandOf(String request) {
        return COMMANDS.stream()
                .filter(command ->
                        request.startsWith("z" + command + '\0')
                                || request.startsWith("n" + command + '\n'))
                .findFirst()
                .orElseThrow(() -> new AssertionError("clamd was asked, but not by the guest"));
    }

    /** Where the stream's end marker ends. */
    private static int endOfStream(byte[] sent, int from) {
        ByteBuffer stream = ByteBuffer.wrap(sent).position(from);
        for (int length = stream.getInt(); length != 0; length = stream.getInt()) {
            stream.position(stream.position() + length);
        }
        return stream.position();
    }
}
