package clamd.vproxy.worker.clamd;

import java.time.Duration;

/**
 * Decides whether sessions use one clamd. Pure computation: the caller passes the time.
 *
 * <pre>
 *             three failures in a row
 *             (before the first answer: one)
 *        ┌──────────────────────────────────┐
 *       UP                                 DOWN
 *        └──────────────────────────────────┘
 *                  one answered PING
 * </pre>
 *
 * <p>A failure is a connection that was refused, or an unanswered PING from the monitor; a
 * self-test file that clamd does not detect opens the breaker at once. Nothing else counts, least
 * of all the outcome of a stream: otherwise a guest could take a clamd out of use for all others.
 * While the breaker is open (DOWN), only the monitor's PINGs go to clamd, so no guest's stream
 * tests whether it is back.
 *
 * <p>At the start it is UP, because the daemon has just connected to clamd; but clamd has not
 * answered anything yet, so the first failure opens the breaker. Not thread-safe; its owner guards
 * it.
 */
final class CircuitBreaker {
    /** A momentary overload may lose a single PING; clamd then answers the next one. */
    static final int FAILURES_TO_OPEN = 3;

    /**
     * The shortest time between two checks of a clamd that is down, however many sessions ask for
     * it.
     */
    private static final Duration LEAST_PAUSE = Duration.ofMillis(50);

    private final HealthTimes times;
    private boolean up = true;
    private int failures;
    private long answers;
    private Duration pause;
    private long nextCheckNanos;
    private long lastCheckNanos;
    private long downSinceNanos;

    CircuitBreaker(HealthTimes times, long nowNanos) {
        this.times = times;
        this.pause = times.shortestPause();
        putOffCheck(nowNanos);
    }

    /** Whether sessions may use this clamd. */
    boolean isUp() {
        return up;
    }

    /** Whether clamd answered its last PING and no failure followed. */
    boolean isTrusted() {
        return answers > 0 && failures == 0;
    }

    /**
     * Returns how many PINGs clamd has answered; a later answer shows that an earlier refusal is
     * outdated.
     */
    long answers() {
        return answers;
    }

    /** Returns when to check clamd next. */
    long nextCheckNanos() {
        return nextCheckNanos;
    }

    /** Returns how long clamd has been down; zero if it is up. */
    Duration downFor(long nowNanos) {
        return up ? Duration.ZERO : Duration.ofNanos(nowNanos - downSinceNanos);
    }

    /**
     * Records a PING without an answer.
     *
     * @return whether that took clamd down
     */
    boolean unanswered(long nowNanos) {
        putOffCheck(nowNanos);
        return countFailure(nowNanos);
    }

    /**
     * Records a refused connection of a session. The first refusal schedules a check at once;
     * further refusals do not change the schedule.
     *
     * @return whether that took clamd down
     */
    boolean refused(long nowNanos) {
        checkSoon(nowNanos);
        return countFailure(nowNanos);
    }

    /**
     * Schedules a check at once after an anomaly that does not count as a failure, unless one is
     * due anyway.
     */
    void checkSoon(long nowNanos) {
        if (up && failures == 0 && nextCheckNanos - nowNanos > 0) {
            nextCheckNanos = nowNanos;
        }
    }

    /** Records that a check was impossible for a local reason. */
    void notAsked(long nowNanos) {
        putOffCheck(nowNanos);
    }

    /**
     * Records an answered PING.
     *
     * @return whether clamd was down
     */
    boolean answered(long nowNanos) {
        boolean wasDown = !up;
        up = true;
        failures = 0;
        answers++;
        pause = times.shortestPause();
        nextCheckNanos = nowNanos + times.interval().toNanos();
        return wasDown;
    }

    /**
     * Records that clamd answers but its answers are unreliable.
     *
     * @return whether that took clamd down
     */
    boolean unreliable(long nowNanos) {
        putOffCheck(nowNanos);
        failures = FAILURES_TO_OPEN;
        return countFailure(nowNanos);
    }

    /** Schedules a check at once for a waiting session, unless clamd was checked just before. */
    boolean checkNow(long nowNanos) {
        if (up || nowNanos - lastCheckNanos < LEAST_PAUSE.toNanos()) {
            return false;
        }
        nextCheckNanos = nowNanos;
        return true;
    }

    private boolean countFailure(long nowNanos) {
        failures = Math.min(failures + 1, FAILURES_TO_OPEN);
        if (!up || failures < (answers == 0 ? 1 : FAILURES_TO_OPEN)) {
            return false;
        }
        up = false;
        downSinceNanos = nowNanos;
        return true;
    }

    private void putOffCheck(long nowNanos) {
        lastCheckNanos = nowNanos;
        nextCheckNanos = nowNanos + pause.toNanos();
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(times.longestPause()) < 0 ? doubled : times.longestPause();
    }
}
