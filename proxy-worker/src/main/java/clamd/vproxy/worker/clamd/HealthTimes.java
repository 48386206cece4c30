package clamd.vproxy.worker.clamd;

import java.time.Duration;
import java.util.Optional;

/**
 * The intervals and time limits of the checks of a clamd. Immutable.
 *
 * @param interval the time from an answered PING to the next one
 * @param answerLimit how long clamd may take to accept a PING, and again to answer it
 * @param shortestPause the time from the start, or an unanswered PING, to the next one
 * @param longestPause the most that this pause grows to by doubling, while no PING is answered
 * @param selfTest the time from a detected EICAR test file to the next one; empty = no self-test
 */
public record HealthTimes(
        Duration interval,
        Duration answerLimit,
        Duration shortestPause,
        Duration longestPause,
        Optional<Duration> selfTest) {
    /** Creates times without a self-test. */
    public HealthTimes(
            Duration interval,
            Duration answerLimit,
            Duration shortestPause,
            Duration longestPause) {
        this(interval, answerLimit, shortestPause, longestPause, Optional.empty());
    }

    /** Returns these times with a self-test. */
    public HealthTimes withSelfTest(Optional<Duration> between) {
        return new HealthTimes(interval, answerLimit, shortestPause, longestPause, between);
    }

    /**
     * Returns the default times: the daemon notices within five seconds that a clamd is back. clamd
     * answers PING at once even while all of its threads scan, so load does not explain five
     * seconds of silence.
     */
    public static HealthTimes standard() {
        return new HealthTimes(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofSeconds(5));
    }
}
