package clamd.vproxy.worker.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.Seeds;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What holds for every session, whatever its guest sends and however clamd behaves. */
class SessionPropertyTest {
    private static final int SMALL_CHUNK = 40;

    @Test
    void clamdReceivesNothingOrOneCommandWithItsDeclaredChunks() {
        Seeds.forEach(
                5_000,
                random -> {
                    SessionRig rig = randomRig(random);
                    byte[] sent = guestBytes(random);
                    playGuest(rig.guest, sent, random);
                    playClamd(rig.backend, random);
                    playClamd(rig.nextBackend(), random);
                    playClamd(rig.nextBackend(), random);

                    SessionResult result = rig.run();

                    SessionOracle.assertSound(rig, result);
                    SessionOracle.assertIsOf(sent, rig);
                });
    }

    private static SessionRig randomRig(RandomGenerator random) {
        int bufferBytes = random.nextInt(16, 200);
        return new SessionRig(TestLimits.limits().build(), bufferBytes, random.nextInt(30, 300));
    }

    private static void playGuest(ScriptedSocket guest, byte[] sent, RandomGenerator random) {
        for (byte[] piece : Seeds.cut(sent, random)) {
            if (random.nextInt(30) == 0) {
                guest.pauses(Duration.ofMillis(random.nextInt(20_000)));
            }
            guest.sends(piece);
        }
        switch (random.nextInt(6)) {
            case 0 -> guest.resets();
            case 1 -> {} // silent for ever
            case 2 -> guest.takesOnly(random.nextInt(20)).ends();
            case 3 -> guest.stopsReadingAfter(random.nextInt(20)).ends();
            default -> guest.ends();
        }
    }

    private static byte[] guestBytes(RandomGenerator random) {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        boolean session = random.nextInt(3) == 0;
        if (session) {
            sent.writeBytes("zIDSESSION\0".getBytes(ISO_8859_1));
        }
        for (int requests = session ? random.nextInt(4) : 1; requests > 0; requests--) {
            addRequest(sent, random);
        }
        if (random.nextInt(3) == 0) {
            sent.writeBytes("zSHUTDOWN\0".getBytes(ISO_8859_1));
        }
        byte[] bytes = sent.toByteArray();
        if (bytes.length > 0 && random.nextInt(4) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes.length > 0 && random.nextInt(4) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length))
                : bytes;
    }

    private static void addRequest(ByteArrayOutputStream sent, RandomGenerator random) {
        List<String> commands =
                List.of(
                        "zINSTREAM\0",
                        "nINSTREAM\n",
                        "zINSTREAM\0",
                        "zPING\0",
                        "nVERSION\n",
                        "nPING\r\n",
                        "PING\n",
                        "nVERSIONCOMMANDS\n",
                        "zSHUTDOWN\0",
                        "INSTREAM\n",
                        "nINSTREAM\r\n");
        String command = commands.get(random.nextInt(commands.size()));
        sent.writeBytes(command.getBytes(ISO_8859_1));
        if (!command.contains("INSTREAM") && random.nextBoolean()) {
            return;
        }
        for (int chunks = random.nextInt(6); chunks > 0; chunks--) {
            int length = random.nextInt(1, SMALL_CHUNK);
            sent.writeBytes(SessionRig.header(random.nextInt(30) == 0 ? -1 : length));
            byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(length) : length];
            random.nextBytes(data);
            sent.writeBytes(data);
        }
        if (random.nextInt(5) > 0) {
            sent.writeBytes(SessionRig.header(0));
        }
    }

    private static void playClamd(ScriptedSocket backend, RandomGenerator random) {
        List<String> replies =
                List.of(
                        "stream: OK\0",
                        "stream: OK\0",
                        "stream: Eicar FOUND\0",
                        "PONG\0",
                        "ClamAV 1.4.6\0",
                        "INSTREAM size limit exceeded. ERROR\0",
                        "COMMAND READ TIMED OUT\n",
                        "stream: OK",
                        "");
        String reply = replies.get(random.nextInt(replies.size()));
        for (byte[] piece : Seeds.cut(reply.getBytes(ISO_8859_1), random)) {
            backend.pauses(Duration.ofMillis(random.nextInt(3000))).sends(piece);
        }
        switch (random.nextInt(6)) {
            case 0 -> backend.resets();
            case 1 -> backend.takesOnly(random.nextInt(100)).ends();
            case 2 -> backend.stopsReadingAfter(random.nextInt(100)).ends();
            case 3 -> {} // silent for ever
            default -> backend.ends();
        }
    }
}
