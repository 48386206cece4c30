package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Command;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A session whose guest sends any bytes in any pieces. */
class SessionGuestFuzzTest {
    private static final Duration QUEUE_TIMEOUT = Duration.ofMillis(3);

    /** The command, the stream, clamd's last words, the answer and the linger, and some looks. */
    private static final Duration LONGEST_SESSION =
            TestLimits.COMMAND_TIMEOUT
                    .plus(TestLimits.STREAM_TIMEOUT)
                    .plus(Duration.ofSeconds(2 + 5 + 5 + 1));

    /** A session of more requests than this finds no clamd for the others. */
    private static final int FURTHER_CONNECTIONS = 5;

    private static final long MEMORY_BYTES = 1 << 20;
    private static final long MEMORY_BYTES_PER_BYTE = 500;

    private static final ByteBuffer SCRATCH = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
    private static final QuietLog LOG = QuietLog.listening();

    @FuzzTest(maxDuration = "10m")
    void clamdSeesOneCommandAndItsDeclaredChunksWhateverTheGuestSends(byte[] input) {
        if (input.length < Scene.SETTINGS_BYTES) {
            return;
        }
        Scene scene = new Scene(input);
        Played played = play(scene, true);
        SessionRig rig = played.rig();
        SessionResult result = played.result();

        SessionOracle.assertSound(rig, result);
        SessionOracle.assertIsOf(scene.sent(), rig);
        int requests = 1 + rig.service.ended().size();
        assertThat(result.total()).isLessThan(LONGEST_SESSION.multipliedBy(requests));
        LOG.assertQuiet();
        if (scene.isCooperative()) {
            assertSameWithoutCuts(scene, rig, result);
        }
    }

    /** A session at its end. */
    private record Played(SessionRig rig, SessionResult result) {}

    private static Played play(Scene scene, boolean cut) {
        return Allocation.atMost(
                MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * scene.input.length,
                () -> {
                    SessionRig rig = scene.set(cut);
                    return new Played(rig, rig.run(SCRATCH));
                });
    }

    private static void assertSameWithoutCuts(Scene scene, SessionRig cut, SessionResult result) {
        Played played = play(scene, false);
        SessionRig whole = played.rig();
        SessionResult same = played.result();

        assertThat(same.termination()).isEqualTo(result.termination());
        assertThat(whole.guest.received()).isEqualTo(cut.guest.received());
        if (result.termination() == Termination.COMPLETED) {
            assertThat(completedRequests(whole)).isEqualTo(completedRequests(cut));
        }
    }

    /**
     * Returns what clamd received on all connections, but for one of a last request that did not
     * complete: clamd may have seen a part of it or nothing.
     */
    private static List<String> completedRequests(SessionRig rig) {
        List<String> all = rig.backends().stream().map(ScriptedSocket::received).toList();
        List<SessionResult> requests = rig.service.ended();
        boolean lastFailed =
                !requests.isEmpty() && requests.getLast().termination() != Termination.COMPLETED;
        return lastFailed && all.size() == requests.size()
                ? all.subList(0, requests.size() - 1)
                : all;
    }

    /**
     * The first bytes of an input say how guest, clamd and limits are, the others are what the
     * guest sends. Immutable.
     *
     * <pre>
     *   0     how the guest ends, and 8 for pauses | 1  what clamd does
     *   2     the buffer's size                    | 3  the largest stream
     *   4     the commands that are allowed        | 5  7  seed of the cuts
     * </pre>
     */
    private static final class Scene {
        static final int SETTINGS_BYTES = 8;
        private static final List<Command> ALL =
                List.of(Command.INSTREAM, Command.PING, Command.VERSION);

        private final byte[] input;

        Scene(byte[] input) {
            this.input = input;
        }

        byte[] sent() {
            return Arrays.copyOfRange(input, SETTINGS_BYTES, input.length);
        }

        private int setting(int index) {
            return input[index] & 0xff;
        }

        private boolean pauses() {
            return (setting(0) & 8) != 0;
        }

        /** Whether nobody's pace or failure has a part in how the session ends. */
        boolean isCooperative() {
            return setting(0) == 0 && setting(1) % 8 < 3;
        }

        SessionRig set(boolean cut) {
            SessionRig rig =
                    new SessionRig(
                            TestLimits.limits()
                                    .queueTimeout(QUEUE_TIMEOUT)
                                    .commands(allowed())
                                    .build(),
                            16 + setting(2),
                            1L << (setting(3) % 21));
            playGuest(rig.guest, cut);
            playClamd(rig);
            return rig;
        }

        private Set<Command> allowed() {
            Set<Command> allowed = EnumSet.allOf(Command.class);
            for (int i = 0; i < ALL.size(); i++) {
                if ((setting(4) & 1 << i) != 0) {
                    allowed.remove(ALL.get(i));
                }
            }
            return allowed;
        }

        private void playGuest(ScriptedSocket guest, boolean cut) {
            RandomGenerator random = Seeds.random(setting(5) << 16 | setting(6) << 8 | setting(7));
            if (cut) {
                for (byte[] piece : Seeds.cut(sent(), random)) {
                    if (pauses() && random.nextInt(30) == 0) {
                        guest.pauses(Duration.ofMillis(random.nextInt(20_000)));
                    }
                    guest.sends(piece);
                }
            } else if (sent().length > 0) {
                guest.sends(sent());
            }
            switch (setting(0) % 8) {
                case 1 -> guest.resets();
                case 2 -> {} // silent for ever
                case 3 -> guest.takesOnly(random.nextInt(20)).ends();
                case 4 -> guest.stopsReadingAfter(random.nextInt(20)).ends();
                default -> guest.ends();
            }
        }

        private void playClamd(SessionRig rig) {
            playClamd(rig, rig.backend);
            for (int further = 0; further < FURTHER_CONNECTIONS; further++) {
                playClamd(rig, rig.nextBackend());
            }
        }

        private void playClamd(SessionRig rig, ScriptedSocket backend) {
            int taken = setting(7);
            switch (setting(1) % 8) {
                case 0, 1 -> backend.sends(answer()).ends();
                case 2 -> backend.sends("stream: Eicar FOUND\0").ends();
                case 3 ->
                        backend.takesOnly(taken)
                                .sends("INSTREAM size limit exceeded. ERROR\0")
                                .ends();
                case 4 -> backend.stopsReadingAfter(taken);
                case 5 -> backend.takesOnly(taken).ends();
                case 6 -> rig.clamd.refuses();
                default -> backend.pauses(Duration.ofSeconds(taken)).sends(answer()).ends();
            }
        }

        private String answer() {
            byte[] sent = sent();
            return switch (sent.length > 1 ? sent[1] : 0) {
                case 'P' -> "PONG\0";
                case 'V' -> "ClamAV 1.4.6\0";
                default -> "stream: OK\0";
            };
        }
    }
}
