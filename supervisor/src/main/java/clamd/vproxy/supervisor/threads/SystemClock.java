package clamd.vproxy.supervisor.threads;

import java.time.Clock;

/**
 * The machine's clocks, for those who compose the daemon; everyone else is given one. Thread-safe.
 */
public final class SystemClock {
    private SystemClock() {}

    /** The monotonic clock in nanoseconds, of use for differences only. */
    public static long nanoTime() {
        return System.nanoTime();
    }

    /** The wall clock in UTC. */
    public static Clock utc() {
        return Clock.systemUTC();
    }
}
