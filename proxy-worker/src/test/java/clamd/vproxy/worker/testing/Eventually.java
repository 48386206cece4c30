package clamd.vproxy.worker.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to bring about. */
public final class Eventually {
    private static final long LIMIT = Duration.ofSeconds(10).toNanos();

    private Eventually() {}

    /** Returns once {@code condition} holds; fails if it does not within ten seconds. */
    public static void holds(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > LIMIT) {
                throw new AssertionError("never happened: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Returns once no thread is left whose name begins with {@code prefix}. */
    public static void noThreadIsLeft(String prefix) {
        holds(
                "the end of all threads named " + prefix,
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith(prefix)));
    }
}
