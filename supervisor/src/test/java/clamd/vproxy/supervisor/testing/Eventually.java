package clamd.vproxy.supervisor.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what nobody reports, such as the end of a file. Static function only. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    private Eventually() {}

    /** Returns as soon as {@code condition} holds; fails if it does not for half a minute. */
    public static void holds(String what, Callable<Boolean> condition) throws Exception {
        holds(what, LIMIT, condition);
    }

    /** Returns as soon as {@code condition} holds; fails if it does not within {@code limit}. */
    public static void holds(String what, Duration limit, Callable<Boolean> condition)
            throws Exception {
        long begun = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - begun > limit.toNanos()) {
                throw new AssertionError("not within " + limit + ": " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
