package clamd.vproxy.worker.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.Allocation;
import clamd.vproxy.worker.testing.QuietLog;
import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** A session whose clamd answers with any bytes in any pieces. */
class SessionClamdFuzzTest {
    private static final Duration QUEUE_TIMEOUT = Duration.ofMillis(3);

    /** The stream, clamd's last words, the answer, the linger, and some looks. */
    private static final Duration LONGEST_SESSION =
            TestLimits.STREAM_TIMEOUT.plus(Duration.ofSeconds(2 + 5 + 5 + 1));

    private static final long MEMORY_BYTES = 1 << 20;
    private static final long MEMORY_BYTES_PER_BYTE = 500;

    private static final ByteBuffer SCRATCH = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
    private static final QuietLog LOG = QuietLog.listening();

    @FuzzTest(maxDuration = "10m")
    void aGuestGetsAVerdictOnlyIfClamdSaidNothingElse(byte[] input) {
        if (input.length < Scene.SETTINGS_BYTES) {
            return;
        }
        Scene scene = new Scene(input);
        Played played =
                Allocation.atMost(
                        MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * input.length,
                        () -> {
                            SessionRig rig = scene.set();
                            return new Played(rig, rig.run(SCRATCH));
                        });
        SessionRig rig = played.rig();
        SessionResult result = played.result();

        SessionOracle.assertSound(rig, result);
        assertThat(result.total()).isLessThan(LONGEST_SESSION);
        assertFaithful(rig.guest.received(), scene);
        LOG.assertQuiet();
    }

    /** A session at its end. */
    private record Played(SessionRig rig, SessionResult result) {}

    private static void assertFaithful(String told, Scene scene) {
        String said = scene.said();
        char terminator = scene.request().charAt(0) == 'z' ? '\0' : '\n';
        assertThat(told).endsWith(String.valueOf(terminator));
        String line = told.substring(0, told.length() - 1);
        boolean stream = scene.request().startsWith("INSTREAM", 1);
        boolean clean = stream && said.equals("stream: OK\0") && scene.takesAll() && scene.ends();
        assertThat(line.equals("stream: OK")).as(line).isEqualTo(clean);
        if (clean) {
            return;
        }
        // what clamd said behind the end of such a line may have come too late to be read
        if (line.endsWith(" FOUND")) {
            assertThat(stream && scene.takesAll()).as(line).isTrue();
            assertThat(said).startsWith("stream: ").contains(" FOUND\0");
        } else if (line.equals("PONG")) {
            assertThat(scene.request()).matches("[zn]PING[\0\n]");
            assertThat(said).startsWith("PONG\0");
        } else if (line.startsWith("ClamAV ") && !line.endsWith(". ERROR")) {
            assertThat(scene.request()).matches("[zn]VERSION[\0\n]");
            assertThat(said).startsWith("ClamAV ").contains("\0");
        } else {
            assertThat(line).matches("[ -~]{1,1015}\\. ERROR").doesNotContain(":", "OK", "FOUND");
        }
    }

    /**
     * The first bytes of an input say what the guest asks and how clamd behaves, the others are
     * what clamd sends. Immutable.
     *
     * <pre>
     *   0  the guest's request | 1  how clamd ends, 8 for pauses, 16 if it does not take all
     *   2  3  seed of the cuts
     * </pre>
     */
    private static final class Scene {
        static final int SETTINGS_BYTES = 4;
        private static final String STREAM = "\0\0\0\5hello\0\0\0\3you\0\0\0\0";
        private static final List<String> REQUESTS =
                List.of(
                        "zINSTREAM\0" + STREAM,
                        "nINSTREAM\n" + STREAM,
                        "zPING\0",
                        "nPING\n",
                        "zVERSION\0",
                        "nVERSION\n");

        private final byte[] input;

        Scene(byte[] input) {
            this.input = input;
        }

        String request() {
            return REQUESTS.get(setting(0) % REQUESTS.size());
        }

        String said() {
            return new String(bytes(), ISO_8859_1);
        }

        private byte[] bytes() {
            return Arrays.copyOfRange(input, SETTINGS_BYTES, input.length);
        }

        private int setting(int index) {
            return input[index] & 0xff;
        }

        boolean takesAll() {
            return (setting(1) & 16) == 0;
        }

        boolean ends() {
            return setting(1) % 4 == 0 || setting(1) % 4 == 3;
        }

        SessionRig set() {
            SessionRig rig =
                    new SessionRig(TestLimits.limits().queueTimeout(QUEUE_TIMEOUT).build());
            rig.guest.sends(request()).ends();
            play(rig.backend);
            return rig;
        }

        private void play(ScriptedSocket clamd) {
            RandomGenerator random = Seeds.random(setting(2) << 8 | setting(3));
            for (byte[] piece : Seeds.cut(bytes(), random)) {
                if ((setting(1) & 8) != 0 && random.nextInt(10) == 0) {
                    clamd.pauses(Duration.ofMillis(random.nextInt(1_000)));
                }
                clamd.sends(piece);
            }
            if (!takesAll()) {
                clamd.takesOnly(setting(2) % request().length());
            }
            switch (setting(1) % 4) {
                case 1 -> clamd.resets();
                case 2 -> {} // silent for ever
                default -> clamd.ends();
            }
        }
    }
}
