package clamd.vproxy.worker.benchmark;

import clamd.vproxy.worker.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A tree of files with the sizes of a Debian system's {@code /usr}, each as a request to scan it.
 * Half of them are text, the others noise. No two trees have a file in common. Immutable.
 */
final class StormTree {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final byte[] LETTERS = Request.ascii("etaoinshrdlucmfwypvbgkjqxz    .\n");

    /** Quantiles of the sizes of 124,890 files of Debian 12 with compilers and a JDK. */
    private static final double[][] SIZES = {
        {0, 1},
        {0.01, 22},
        {0.05, 190},
        {0.1, 391},
        {0.2, 728},
        {0.3, 1065},
        {0.4, 1438},
        {0.5, 2018},
        {0.6, 3056},
        {0.7, 4989},
        {0.8, 10_206},
        {0.9, 25_213},
        {0.95, 57_142},
        {0.98, 143_579},
        {0.99, 287_146},
        {0.995, 698_384},
        {0.999, 8_752_456},
        {0.9999, 63_019_680},
        {1, 296_745_816},
    };

    private final List<ByteBuffer> requests;
    private final long bytes;

    /**
     * Makes a tree.
     *
     * @param seed determines its contents
     */
    StormTree(int files, long seed) {
        Random random = Random.from(Seeds.random(seed));
        List<ByteBuffer> made = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < files; i++) {
            int size = size((i + 0.5) / files);
            made.add(request(content(size, random)));
            sum += size;
        }
        Collections.shuffle(made, random);
        this.requests = List.copyOf(made);
        this.bytes = sum;
    }

    /** Interpolates logarithmically between two sizes of the table. */
    static int size(double part) {
        int above = 1;
        while (SIZES[above][0] < part) {
            above++;
        }
        double[] low = SIZES[above - 1];
        double[] high = SIZES[above];
        double way = (part - low[0]) / (high[0] - low[0]);
        return (int) Math.round(low[1] * Math.pow(high[1] / low[1], way));
    }

    private static byte[] content(int size, Random random) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        if (random.nextBoolean()) {
            for (int i = 0; i < size; i++) {
                content[i] = LETTERS[content[i] & (LETTERS.length - 1)];
            }
        }
        return content;
    }

    private static ByteBuffer request(byte[] content) {
        byte[] command = Request.ascii("zINSTREAM\0");
        int chunks = (content.length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        ByteBuffer request =
                ByteBuffer.allocateDirect(command.length + 4 * (chunks + 1) + content.length)
                        .put(command);
        for (int from = 0; from < content.length; from += CHUNK_BYTES) {
            int length = Math.min(CHUNK_BYTES, content.length - from);
            request.putInt(length).put(content, from, length);
        }
        return request.putInt(0).flip();
    }

    int files() {
        return requests.size();
    }

    /** The size of all files together, in bytes. */
    long bytes() {
        return bytes;
    }

    /** The request to scan one file, for one thread's use. */
    ByteBuffer request(int file) {
        return requests.get(file).duplicate();
    }
}
