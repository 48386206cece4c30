package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Duration;

/**
 * How long a watcher waits for what. Immutable.
 *
 * @param relist from one list of the active domains to the next: some ends of a guest send no event
 * @param firstRetry from the first failure to the next attempt; doubles with each further one
 * @param longestRetry what the doubling ends at
 * @param openLimit how long one attempt to connect may take before it is left to itself
 */
public record LibvirtTiming(
        Duration relist, Duration firstRetry, Duration longestRetry, Duration openLimit) {
    /** What the daemon uses. */
    public static final LibvirtTiming DEFAULT =
            new LibvirtTiming(
                    Duration.ofSeconds(15),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10));

    /**
     * Checks that every time is positive and the retries are in order.
     *
     * @throws IllegalArgumentException if not
     */
    public LibvirtTiming {
        if (!relist.isPositive() || !firstRetry.isPositive() || !openLimit.isPositive()) {
            throw new IllegalArgumentException("times must be positive");
        }
        if (longestRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException(
                    "the longest retry, %s, is shorter than the first, %s"
                            .formatted(longestRetry, firstRetry));
        }
    }
}
