package clamd.vproxy.worker.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** A guest that scans one small file after the other, each tenth with a detection. */
final class Victim {
    private static final int FILE_BYTES = 4096;
    private static final long PAUSE_NANOS = 10_000_000;
    private static final byte[] MARKER = {
        (byte) 0xde,
        (byte) 0xad,
        (byte) 0xbe,
        (byte) 0xef,
        1,
        0x23,
        0x45,
        0x67,
        (byte) 0x89,
        (byte) 0xab,
        (byte) 0xcd,
        (byte) 0xef
    };

    /**
     * What became of the scans.
     *
     * @param refused how many got another reply than a verdict, or none
     * @param wrong how many got the wrong verdict
     * @param found how many detections there were
     * @param refusal the last reply that was not a verdict; empty if there was none
     */
    record Scans(
            Latencies latencies, int count, int refused, int wrong, int found, String refusal) {}

    private final Path socket;

    Victim(Path socket) {
        this.socket = socket;
    }

    /** Scans for so long; a scan that has begun is finished. */
    Scans scanFor(double seconds) {
        List<Long> nanos = new ArrayList<>();
        int refused = 0;
        int wrong = 0;
        int found = 0;
        String refusal = "";
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < seconds * 1e9) {
            boolean infected = nanos.size() % 10 == 9;
            long asked = System.nanoTime();
            String reply = scan(infected);
            nanos.add(System.nanoTime() - asked);
            boolean detected = reply.endsWith(" FOUND\0");
            if (!detected && !reply.equals("stream: OK\0")) {
                refused++;
                refusal = reply.isEmpty() ? "no reply" : reply;
            } else if (detected != infected) {
                wrong++;
            }
            found += detected ? 1 : 0;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        double taken = (System.nanoTime() - begin) / 1e9;
        long[] all = nanos.stream().mapToLong(Long::longValue).toArray();
        return new Scans(new Latencies(all, taken), all.length, refused, wrong, found, refusal);
    }

    private String scan(boolean infected) {
        byte[] content = Request.noise(FILE_BYTES);
        ByteBuffer.wrap(content).putLong(ThreadLocalRandom.current().nextLong());
        if (infected) {
            System.arraycopy(MARKER, 0, content, 100, MARKER.length);
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + 4 + FILE_BYTES + 4)
                        .put(Request.ascii("zINSTREAM\0"))
                        .putInt(FILE_BYTES)
                        .put(content)
                        .putInt(0)
                        .flip();
        ByteBuffer reply = ByteBuffer.allocate(256);
        try (SocketChannel channel = Request.connect(socket)) {
            Request.write(channel, bytes);
            while (reply.hasRemaining() && channel.read(reply) >= 0) {
                // to the end
            }
        } catch (IOException e) {
            return e.toString();
        }
        return StandardCharsets.UTF_8.decode(reply.flip()).toString();
    }
}
