package clamd.vproxy.worker.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Seeded randomness for property tests: a failure names the seed that repeats it. */
public final class Seeds {
    private Seeds() {}

    /** Runs {@code property} once for each seed from 1 to {@code runs}. */
    public static void forEach(int runs, Consumer<RandomGenerator> property) {
        for (long seed = 1; seed <= runs; seed++) {
            try {
                property.accept(random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("fails with seed " + seed, e);
            }
        }
    }

    /** The generator of one seed. */
    public static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** {@code bytes} cut into pieces of at least one byte, mostly short ones. */
    public static List<byte[]> cut(byte[] bytes, RandomGenerator random) {
        List<byte[]> pieces = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            int longest = random.nextInt(4) == 0 ? rest.remaining() : 5;
            byte[] piece = new byte[Math.min(rest.remaining(), random.nextInt(longest) + 1)];
            rest.get(piece);
            pieces.add(piece);
        }
        return pieces;
    }
}
