package clamd.vproxy.supervisor.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes what guests could send to be understood by clamd in another way than by us: commands of all
 * spellings, chunks with commands in them, wrong lengths, bytes before, between and behind.
 * Confined to one thread.
 */
final class HostileStrings {
    /** What a signature finds. */
    static final String MARKER = "the marker of these tests";

    private static final List<String> ALLOWED =
            List.of(
                    "zINSTREAM\0",
                    "nINSTREAM\n",
                    "zPING\0",
                    "nPING\n",
                    "zVERSION\0",
                    "nVERSION\n",
                    "zIDSESSION\0zPING\0zINSTREAM\0",
                    "nIDSESSION\nnINSTREAM\n");

    /** What clamd takes for a command, or for the end of one, and we must not. */
    private static final List<String> OTHERS =
            List.of(
                    "INSTREAM\n",
                    "nINSTREAM\r\n",
                    "nINSTREAM\r\r\n",
                    "nINSTREAM\0\n",
                    "zINSTREAM\n\0",
                    "zINSTREAM \0",
                    "PING",
                    "PING\n",
                    "nPING\r\n",
                    "zPING\r\0",
                    "nPING\0junk\n",
                    "VERSION\n",
                    "zIDSESSION\0",
                    "nIDSESSION\n",
                    "zIDSESSION\0zINSTREAM\0",
                    "zFILDES\0",
                    "nSTATS\n",
                    "zVERSIONCOMMANDS\0",
                    "zSCAN /etc/hostname\0",
                    "zINSTREAMzPING\0",
                    "zzPING\0",
                    "zping\0",
                    "z\0",
                    "\n",
                    "\0\0\0\0",
                    "GET / HTTP/1.1\r\n\r\n");

    private static final List<String> IN_CHUNKS =
            List.of(
                    MARKER,
                    MARKER,
                    "zINSTREAM\0",
                    "zIDSESSION\0",
                    "nPING\n",
                    "\0\0\0\0",
                    "\0\0\0\4zPNG\0\0\0\0",
                    "zVERSION\0\0\0\0\0",
                    "harmless");

    private static final int LONG_CHUNK_BYTES = 9000;

    private final RandomGenerator random;

    HostileStrings(RandomGenerator random) {
        this.random = random;
    }

    byte[] next() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String command = random.nextInt(3) > 0 ? oneOf(ALLOWED) : oneOf(OTHERS);
        write(bytes, command);
        if (command.contains("INSTREAM") || random.nextInt(4) == 0) {
            stream(bytes);
        }
        while (random.nextInt(4) == 0) {
            write(bytes, random.nextBoolean() ? oneOf(ALLOWED) : oneOf(OTHERS));
        }
        if (random.nextInt(50) == 0) {
            write(bytes, "z" + "A".repeat(random.nextInt(3, 6000)) + '\0');
        }
        byte[] mutated = mutated(bytes.toByteArray());
        return mutated.length > 0 ? mutated : next();
    }

    private void stream(ByteArrayOutputStream bytes) {
        for (int chunks = random.nextInt(5); chunks > 0; chunks--) {
            byte[] data = chunk();
            int lie = random.nextInt(25) == 0 ? random.nextInt(-3, 40) : 0;
            int length = random.nextInt(60) == 0 ? random.nextInt() : data.length + lie;
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
            bytes.writeBytes(data);
        }
        if (random.nextInt(8) > 0) {
            bytes.writeBytes(new byte[4]);
        }
    }

    private byte[] chunk() {
        StringBuilder text = new StringBuilder(oneOf(IN_CHUNKS));
        while (random.nextInt(3) == 0) {
            text.append(oneOf(IN_CHUNKS));
        }
        if (random.nextInt(10) == 0) {
            text.append("x".repeat(random.nextInt(LONG_CHUNK_BYTES)));
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    /** Sometimes with one byte changed, put in or left out near the beginning, or cut off. */
    private byte[] mutated(byte[] bytes) {
        int at = random.nextInt(Math.min(bytes.length, 20));
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        return switch (random.nextInt(20)) {
            case 0 -> joined(bytes, at, new byte[] {oddByte()}, rest);
            case 1 -> joined(bytes, at, new byte[0], Arrays.copyOfRange(rest, 1, rest.length));
            case 2 ->
                    joined(
                            bytes,
                            at,
                            new byte[] {oddByte()},
                            Arrays.copyOfRange(rest, 1, rest.length));
            case 3 -> Arrays.copyOf(bytes, random.nextInt(1, bytes.length + 1));
            default -> bytes;
        };
    }

    private static byte[] joined(byte[] bytes, int at, byte[] middle, byte[] rest) {
        return ByteBuffer.allocate(at + middle.length + rest.length)
                .put(bytes, 0, at)
                .put(middle)
                .put(rest)
                .array();
    }

    private byte oddByte() {
        return random.nextInt(3) == 0
                ? (byte) random.nextInt()
                : (byte) "\0\n\r zn".charAt(random.nextInt(6));
    }

    private String oneOf(List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(ISO_8859_1));
    }
}
