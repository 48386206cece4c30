package clamd.vproxy.worker.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread is about to bring about. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Eventually() {}

    /** A question that may fail. */
    public interface Condition<E extends Exception> {
        /** Whether the condition holds now. */
        boolean holds() throws E;
    }

    /** Returns once {@code condition} holds; fails if it does not for half a minute. */
    public static <E extends Exception> void holds(String what, Condition<E> condition) throws E {
        holds(what, LIMIT, condition);
    }

    /** Returns once {@code condition} holds; fails if it does not within {@code limit}. */
    public static <E extends Exception> void holds(
            String what, Duration limit, Condition<E> condition) throws E {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begin > limit.toNanos()) {
                throw new AssertionError("not within " + limit + ": " + what);
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
