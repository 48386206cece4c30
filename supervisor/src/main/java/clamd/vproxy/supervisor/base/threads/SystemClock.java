package clamd.vproxy.supervisor.base.threads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;

/**
 * The machine's clocks, for the code that assembles the daemon; all other code receives a clock.
 * Thread-safe.
 */
public final class SystemClock {
    private SystemClock() {}

    /** Returns the monotonic clock in nanoseconds, valid for differences only. */
    public static long nanoTime() {
        return System.nanoTime();
    }

    /**
     * Returns the host's uptime in hundredths of a second, which shell scripts can read, too.
     *
     * @throws UncheckedIOException if there is no {@code /proc}
     */
    public static long uptimeHundredths() {
        try {
            String uptime = Files.readString(Path.of("/proc/uptime"));
            return Long.parseLong(uptime.substring(0, uptime.indexOf(' ')).replace(".", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the wall clock in the time zone that the host had when the daemon started. */
    public static Clock local() {
        return Clock.system(ZoneId.systemDefault());
    }

    /** Returns the wall clock in UTC. */
    public static Clock utc() {
        return Clock.systemUTC();
    }
}
