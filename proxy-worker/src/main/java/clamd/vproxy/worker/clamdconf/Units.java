package clamd.vproxy.worker.clamdconf;

import java.time.Duration;

/** Writes sizes and durations the way people read them, without rounding. Stateless. */
final class Units {
    private static final String[] NAMES = {"bytes", "KiB", "MiB", "GiB"};

    private Units() {}

    /** The size in the largest binary unit that keeps it a whole number. */
    static String bytes(long bytes) {
        if (bytes == Values.UNLIMITED) {
            return "unlimited";
        }
        long count = bytes;
        int unit = 0;
        while (unit < NAMES.length - 1 && count >= 1024 && count % 1024 == 0) {
            count /= 1024;
            unit++;
        }
        return count + " " + NAMES[unit];
    }

    /** The duration in seconds, or in milliseconds where it is not whole seconds. */
    static String time(Duration time) {
        return time.toMillisPart() == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
