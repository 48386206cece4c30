package clamd.vproxy.worker.clamd;

import java.time.Duration;
import java.util.Optional;

/**
 * How often and how patiently a clamd is asked whether it answers. Immutable.
 *
 * @param interval from one PING that was answered to the next
 * @param answerLimit how long clamd may take to accept a PING, and again to answer it
 * @param shortestPause from the start, or a PING without an answer, to the next one
 * @param longestPause what that pause grows to, doubling, while no PING is answered
 * @param selfTest from one EICAR test file that was found to the next that is sent; empty = none is
 */
public record HealthTimes(
        Duration interval,
        Duration answerLimit,
        Duration shortestPause,
        Duration longestPause,
        Optional<Duration> selfTest) {
    /** Times without a self-test. */
    public HealthTimes(
            Duration interval,
            Duration answerLimit,
            Duration shortestPause,
            Duration longestPause) {
        this(interval, answerLimit, shortestPause, longestPause, Optional.empty());
    }

    /** These times with a self-test. */
    public HealthTimes withSelfTest(Optional<Duration> between) {
        return new HealthTimes(interval, answerLimit, shortestPause, longestPause, between);
    }

    /**
     * A clamd that is back is seen within five seconds. It answers PING at once even while all of
     * its threads scan, so five seconds of silence are no load.
     */
    public static HealthTimes standard() {
        return new HealthTimes(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofSeconds(5));
    }
}
