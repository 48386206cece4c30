package clamd.vproxy.worker.clamd;

import java.time.Duration;

/**
 * Whether one clamd is used, as computation in time that is given in.
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
 * <p>A failure is a connection that was refused, or a PING of ours without an answer; a test file
 * of ours that is not found opens it at once. Nothing else counts, least of all what became of a
 * stream: a guest that could have a clamd taken out of use would do so for all others. While the
 * breaker is open (DOWN) only PINGs of ours go to clamd, so no guest's stream is the test of
 * whether it is back.
 *
 * <p>At the start it is UP, for somebody has just connected to it; but it has said nothing yet, and
 * the first failure is believed. Not thread-safe; its owner guards it.
 */
final class CircuitBreaker {
    /** A single PING may be lost to a moment's overload; then the next one is answered. */
    static final int FAILURES_TO_OPEN = 3;

    /** Between two looks at a clamd that is down, however many sessions ask for it. */
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

    /** Whether the last thing that was heard of it is an answer. */
    boolean isTrusted() {
        return answers > 0 && failures == 0;
    }

    /** How many PINGs it has answered; a later answer shows that an earlier refusal is outdated. */
    long answers() {
        return answers;
    }

    /** When it is to be asked next. */
    long nextCheckNanos() {
        return nextCheckNanos;
    }

    /** How long it has been down, if it is. */
    Duration downFor(long nowNanos) {
        return up ? Duration.ZERO : Duration.ofNanos(nowNanos - downSinceNanos);
    }

    /**
     * A PING had no answer.
     *
     * @return whether that took it down
     */
    boolean unanswered(long nowNanos) {
        putOffCheck(nowNanos);
        return countFailure(nowNanos);
    }

    /**
     * A session's connection was refused. The first time it is asked at once; after that, sessions
     * do not change when it is asked.
     *
     * @return whether that took it down
     */
    boolean refused(long nowNanos) {
        checkSoon(nowNanos);
        return countFailure(nowNanos);
    }

    /**
     * Something odd was met there that does not count; it is asked at once, if it is not anyway.
     */
    void checkSoon(long nowNanos) {
        if (up && failures == 0 && nextCheckNanos - nowNanos > 0) {
            nextCheckNanos = nowNanos;
        }
    }

    /** It could not be asked for a reason that lies with us. */
    void notAsked(long nowNanos) {
        putOffCheck(nowNanos);
    }

    /**
     * A PING was answered.
     *
     * @return whether it was down
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
     * It answers, and its answers cannot be relied on.
     *
     * @return whether that took it down
     */
    boolean unreliable(long nowNanos) {
        putOffCheck(nowNanos);
        failures = FAILURES_TO_OPEN;
        return countFailure(nowNanos);
    }

    /** A session waits for it: it is asked at once, unless it was asked just before. */
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
