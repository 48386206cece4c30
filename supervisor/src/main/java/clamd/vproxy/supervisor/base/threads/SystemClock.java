package clamd.vproxy.supervisor.base.threads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;

/**
 * The machine's clocks, for the code that composes the daemon; all other code is given one.
 * Thread-safe.
 */
public final class SystemClock {
    private SystemClock() {}

    /** The monotonic clock in nanoseconds, of use for differences only. */
    public static long nanoTime() {
        return System.nanoTime();
    }

    /**
     * The host's uptime in hundredths of a second, as shell scripts can read it too.
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

    /** The wall clock in the time zone that the host had at our start. */
    public static Clock local() {
        return Clock.system(ZoneId.systemDefault());
    }

    /** The wall clock in UTC. */
    public static Clock utc() {
        return Clock.systemUTC();
    }
}
