package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.time.Duration;

/**
 * The daemon's time limits for scans, derived from clamd's own timeouts. Immutable.
 *
 * @param longestHold how long the daemon may hold back a stream's end marker after the last byte;
 *     zero = not at all
 * @param longestScan how long a scan may take before the daemon assumes that it no longer runs
 */
public record ClamdTimes(Duration longestHold, Duration longestScan) {
    /**
     * The part of clamd's ReadTimeout to keep as a margin: clamd drops a stream that is silent for
     * that long, so the daemon stops waiting for a scan slot well before.
     */
    private static final int HOLD_MARGIN_DIVISOR = 10;

    private static final Duration LEAST_HOLD_MARGIN = Duration.ofSeconds(1);

    /** Allows for waits inside clamd: its job queue, a reload of the signatures. */
    private static final Duration SCAN_MARGIN = Duration.ofSeconds(30);

    /** The limit for a scan if clamd has no MaxScanTime. */
    private static final Duration SCAN_WITHOUT_LIMIT = Duration.ofHours(1);

    /**
     * Returns the times for a clamd whose configuration is unknown, derived from the default
     * ReadTimeout and MaxScanTime of clamd 1.4.
     */
    public static ClamdTimes standard() {
        return of(Duration.ofMinutes(2), Duration.ofMinutes(2));
    }

    /** Derives the times from clamd's configuration. */
    public static ClamdTimes of(ClamdConf conf) {
        return conf.maxScanTime()
                .map(limit -> of(conf.readTimeout(), limit))
                .orElseGet(() ->
                        new ClamdTimes(
                                of(conf.readTimeout(), Duration.ZERO).longestHold,
                                SCAN_WITHOUT_LIMIT));
    }

    private static ClamdTimes of(Duration readTimeout, Duration maxScanTime) {
        Duration tenth = readTimeout.dividedBy(HOLD_MARGIN_DIVISOR);
        Duration margin = tenth.compareTo(LEAST_HOLD_MARGIN) > 0 ? tenth : LEAST_HOLD_MARGIN;
        Duration hold = readTimeout.minus(margin);
        return new ClamdTimes(
                hold.isNegative() ? Duration.ZERO : hold, maxScanTime.plus(SCAN_MARGIN));
    }
}
