package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final HealthTimes TIMES =
            new HealthTimes(
                    Duration.ofSeconds(7),
                    Duration.ofSeconds(3),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(4));

    private final ManualClock clock = new ManualClock();
    private final CircuitBreaker breaker = new CircuitBreaker(TIMES, now());

    private long now() {
        return clock.getAsLong();
    }

    private Duration untilCheck() {
        return Duration.ofNanos(breaker.nextCheckNanos() - now());
    }

    @Test
    void atFirstItIsUpButNotTrustedAndSoonChecked() {
        assertThat(breaker.isUp()).isTrue();
        assertThat(breaker.isTrusted()).isFalse();
        assertThat(untilCheck()).isEqualTo(TIMES.shortestPause());
    }

    @Test
    void theFirstFailureIsBelievedWhereNothingWasEverAnswered() {
        assertThat(breaker.unanswered(now())).isTrue();
        assertThat(breaker.isUp()).isFalse();
    }

    @Test
    void afterAnAnswerItTakesThreeFailuresInARow() {
        assertThat(breaker.answered(now())).as("was down").isFalse();
        assertThat(breaker.isTrusted()).isTrue();

        assertThat(breaker.unanswered(now())).isFalse();
        assertThat(breaker.isTrusted()).isFalse();
        assertThat(breaker.refused(now())).isFalse();
        assertThat(breaker.isUp()).isTrue();
        assertThat(breaker.unanswered(now())).isTrue();
        assertThat(breaker.isUp()).isFalse();
    }

    @Test
    void anAnswerBetweenMakesThemNoRow() {
        breaker.answered(now());
        for (int round = 0; round < 5; round++) {
            breaker.refused(now());
            breaker.unanswered(now());
            breaker.answered(now());
        }
        assertThat(breaker.isTrusted()).isTrue();
    }

    @Test
    void oneAnswerBringsItUpAndSaysForHowLongItWasDown() {
        breaker.unanswered(now());
        clock.advance(Duration.ofSeconds(12));

        assertThat(breaker.downFor(now())).isEqualTo(Duration.ofSeconds(12));
        assertThat(breaker.answered(now())).as("was down").isTrue();
        assertThat(breaker.isUp()).isTrue();
        assertThat(breaker.downFor(now())).isZero();
    }

    @Test
    void goingDownIsReportedOnce() {
        assertThat(breaker.unanswered(now())).isTrue();
        assertThat(breaker.unanswered(now())).isFalse();
        assertThat(breaker.refused(now())).isFalse();
    }

    @Test
    void pausesDoubleUpToTheLongestUntilAnAnswer() {
        for (int millis : List.of(1000, 2000, 4000, 4000)) {
            breaker.unanswered(now());
            assertThat(untilCheck()).isEqualTo(Duration.ofMillis(millis));
        }
        breaker.answered(now());
        assertThat(untilCheck()).isEqualTo(TIMES.interval());
        breaker.unanswered(now());
        assertThat(untilCheck()).isEqualTo(TIMES.shortestPause());
    }

    @Test
    void theFirstRefusalHasItCheckedAtOnceAndFurtherOnesDoNot() {
        breaker.answered(now());
        breaker.refused(now());
        assertThat(untilCheck()).isZero();

        breaker.unanswered(now());
        breaker.refused(now());
        assertThat(untilCheck()).isEqualTo(TIMES.shortestPause());
    }

    @Test
    void whatDoesNotCountHasItCheckedAndNeverTakesItDown() {
        breaker.answered(now());
        for (int i = 0; i < 100; i++) {
            breaker.checkSoon(now());
            assertThat(untilCheck()).isZero();
            breaker.notAsked(now());
        }
        assertThat(breaker.isTrusted()).isTrue();
        assertThat(untilCheck()).isEqualTo(TIMES.longestPause());
    }

    @Test
    void whatIsOverdueIsNotPutOffByASession() {
        clock.advance(Duration.ofSeconds(2));
        breaker.checkSoon(now());
        assertThat(untilCheck()).isNegative();
    }

    /** Against the rule said in other words: the last answer, and the failures since. */
    @Test
    void itIsDownExactlyAfterEnoughFailuresSinceTheLastAnswer() {
        Seeds.forEach(50, CircuitBreakerTest::play);
    }

    private static void play(RandomGenerator random) {
        CircuitBreaker played = new CircuitBreaker(TIMES, 0);
        long now = 0;
        boolean everAnswered = false;
        int failures = 0;
        for (int step = 0; step < 200; step++) {
            now += random.nextLong(TIMES.interval().toNanos());
            int event = random.nextInt(8);
            if (event == 0) {
                played.answered(now);
                everAnswered = true;
                failures = 0;
            } else if (event < 3) {
                played.unanswered(now);
                failures++;
            } else if (event < 5) {
                played.refused(now);
                failures++;
            } else if (event < 7) {
                played.checkSoon(now);
            } else {
                played.notAsked(now);
            }
            assertThat(played.isUp()).isEqualTo(failures < (everAnswered ? 3 : 1));
            assertThat(played.nextCheckNanos() - now)
                    .as("asked again in the end")
                    .isLessThanOrEqualTo(TIMES.interval().toNanos());
        }
    }
}
