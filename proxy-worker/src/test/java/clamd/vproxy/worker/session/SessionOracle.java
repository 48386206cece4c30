package clamd.vproxy.worker.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
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

    /** Checks all that holds whatever the guest sent. */
    static void assertSound(SessionRig rig, SessionResult result) {
        if (rig.clamd.connections() == 0) {
            assertThat(rig.backend.received()).isEmpty();
        }
        rig.backends().forEach(backend -> assertCanonical(backend.received()));
        List<SessionResult> ended = rig.service.ended();
        if (isSession(result)) {
            assertAnsweredInOrder(rig.guest.received(), ended);
        } else {
            assertThat(ended).isEmpty();
            assertHonest(rig.guest.received(), result);
        }
        if (scanned(result) || ended.stream().anyMatch(SessionOracle::scanned)) {
            assertThat(rig.backends())
                    .as("a verdict without an end marker")
                    .anyMatch(backend -> backend.received().endsWith("\0\0\0\0"));
        }
    }

    private static boolean isSession(SessionResult result) {
        // a refused request has the text that the guest sent, which may be that word without n or z
        return result.commandText().equals("IDSESSION")
                && result.termination() != Termination.COMMAND_REFUSED;
    }

    private static boolean scanned(SessionResult result) {
        return result.verdict() == Verdict.CLEAN || result.verdict() == Verdict.INFECTED;
    }

    /** clamd saw nothing, or a prefix of one canonical command and of what may follow it. */
    private static void assertCanonical(String seen) {
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
    }

    /** Each line has the number of its request, and says OK only of a clean stream. */
    private static void assertAnsweredInOrder(String told, List<SessionResult> ended) {
        int number = 0;
        for (String line : told.split("[\0\n]", 0)) {
            number++;
            if (told.isEmpty() || !line.startsWith(number + ": ")) {
                // a guest that stops reading gets the beginning of its line only
                assertThat(number + ": ").startsWith(line);
                return;
            }
            String text = line.substring(line.indexOf(' ') + 1);
            assertThat(text).matches("[ -~]*");
            SessionResult result = number <= ended.size() ? ended.get(number - 1) : null;
            if (result == null) {
                assertThat(text).as("told of no request").doesNotContain("OK");
            } else {
                assertHonest(text, result);
                assertThat(result.request()).isEqualTo(number);
            }
        }
    }

    private static void assertHonest(String told, SessionResult result) {
        assertThat(result.termination()).isNotEqualTo(Termination.INTERNAL_ERROR);
        // a guest that stops reading gets the beginning of its line only
        assertThat(told).matches("[ -~]*[\0\n]?");
        boolean saysMore = result.verdict() == Verdict.INFECTED || answersVersion(result);
        if (told.contains("OK") && !saysMore) {
            assertThat(result.verdict()).isEqualTo(Verdict.CLEAN);
            assertThat(told).matches("stream: OK[\0\n]?");
        }
        if (result.termination() == Termination.COMPLETED) {
            assertThat(told).matches("[ -~]+[\0\n]?");
        }
        assertThat(result.total()).isLessThan(Duration.ofMinutes(2));
        assertPrintable(Optional.of(result.commandText()));
        assertPrintable(result.signature());
        assertPrintable(result.detail());
    }

    /** A signature's name and a version may have any letters. */
    private static boolean answersVersion(SessionResult result) {
        return result.command().equals(Optional.of(Command.VERSION))
                && result.verdict() == Verdict.ANSWERED;
    }

    private static void assertPrintable(Optional<String> ofTheLog) {
        assertThat(ofTheLog.orElse("")).matches("[ -~]*");
    }

    /** clamd saw what the guest asked for, in our spelling and in its order, and nothing else. */
    static void assertIsOf(byte[] sent, SessionRig rig) {
        Iterator<byte[]> asked = requests(sent).iterator();
        for (ScriptedSocket backend : rig.backends()) {
            byte[] seen = backend.receivedBytes();
            boolean found = false;
            while (!found && asked.hasNext()) {
                byte[] request = asked.next();
                found =
                        seen.length <= request.length
                                && Arrays.equals(seen, Arrays.copyOf(request, seen.length));
            }
            assertThat(found)
                    .as("clamd was asked, but not by the guest: %s", backend.received())
                    .isTrue();
        }
    }

    /** What clamd may be sent for these bytes of a guest, one connection after the other. */
    private static List<byte[]> requests(byte[] sent) {
        String all = new String(sent, ISO_8859_1);
        for (String command : List.of("PING", "VERSION")) {
            if (all.matches("(?s)" + command + "(\r*|\r*[\n\0].*)")) {
                return List.of(canonical(command));
            }
        }
        if (all.startsWith("zIDSESSION\0") || all.startsWith("nIDSESSION\n")) {
            List<byte[]> requests = new ArrayList<>();
            int at = "zIDSESSION\0".length();
            while (at >= 0) {
                at = addRequest(sent, at, requests);
            }
            return requests;
        }
        List<byte[]> one = new ArrayList<>();
        addRequest(sent, 0, one);
        return one;
    }

    /** Adds the request that is there, and returns where it ends; negative if there is none. */
    private static int addRequest(byte[] sent, int at, List<byte[]> requests) {
        String rest = new String(sent, at, sent.length - at, ISO_8859_1);
        for (String command : List.of("PING", "VERSION", "INSTREAM", "VERSIONCOMMANDS")) {
            if (rest.startsWith("z" + command + '\0') || rest.startsWith("n" + command + '\n')) {
                int behind = at + command.length() + 2;
                if (command.equals("INSTREAM")) {
                    int end = endOfStream(sent, behind);
                    byte[] stream = Arrays.copyOfRange(sent, behind, Math.abs(end));
                    requests.add(SessionRig.join(canonical(command), stream));
                    return end;
                }
                requests.add(canonical(command.equals("PING") ? command : "VERSION"));
                return behind;
            }
        }
        return -1;
    }

    private static byte[] canonical(String command) {
        return ("z" + command + '\0').getBytes(ISO_8859_1);
    }

    /** Where the stream's end marker ends; the negative end of all bytes if there is none. */
    private static int endOfStream(byte[] sent, int from) {
        long at = from;
        while (at + HEADER_BYTES <= sent.length) {
            long length = Integer.toUnsignedLong(ByteBuffer.wrap(sent).getInt((int) at));
            at += HEADER_BYTES + length;
            if (length == 0) {
                return (int) at;
            }
        }
        return -sent.length;
    }
}
