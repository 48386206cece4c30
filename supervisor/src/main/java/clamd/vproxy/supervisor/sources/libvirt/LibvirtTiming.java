package clamd.vproxy.supervisor.sources.libvirt;

import java.time.Duration;

/**
 * A watcher's intervals and time limits. Immutable.
 *
 * @param relist the interval between two lists of the active domains: some guests end without an
 *     event
 * @param firstRetry the wait from the first failure to the next attempt; doubles with each further
 *     failure
 * @param longestRetry the limit of this doubling
 * @param openLimit how long one attempt to connect may take before it is abandoned
 */
public record LibvirtTiming(
        Duration relist, Duration firstRetry, Duration longestRetry, Duration openLimit) {
    /** The daemon's timing. */
    public static final LibvirtTiming DEFAULT =
            new LibvirtTiming(
                    Duration.ofSeconds(15),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10));

    /**
     * Checks that every time is positive and the retries are in order.
     *
     * @throws IllegalArgumentException if one is not
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
