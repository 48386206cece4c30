package clamd.vproxy.worker.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateBucketTest {
    private static final long SECOND = 1_000_000_000;
    private static final long MANY = Long.MAX_VALUE;

    private static RateBucket bucket(long rate, long now) {
        return new RateBucket(OptionalLong.of(rate), 1, now);
    }

    /** Tokens that became usable at a time. */
    private record Use(long nanos, long tokens) {}

    @Test
    void aFullBucketGivesItsBurstAndThenItsRate() {
        RateBucket bucket = bucket(4, 0);
        assertThat(bucket.reserve(4, 0)).isZero();
        assertThat(bucket.nanosUntilOne(0)).isEqualTo(SECOND / 4);
        assertThat(bucket.available(MANY, SECOND / 4 - 1)).isZero();
        assertThat(bucket.available(MANY, SECOND / 4)).isEqualTo(1);
        assertThat(bucket.available(MANY, 100 * SECOND)).isEqualTo(4);
    }

    @Test
    void reservationsWaitInTheOrderInWhichTheyCame() {
        RateBucket bucket = bucket(10, 0);
        assertThat(bucket.reserve(10, 0)).isZero();
        assertThat(bucket.reserve(5, 0)).isEqualTo(SECOND / 2);
        assertThat(bucket.reserve(5, 0)).isEqualTo(SECOND);
    }

    @Test
    void whatIsNotUsedCanBeHadAgain() {
        RateBucket bucket = bucket(10, 0);
        bucket.hold(10, 0);
        bucket.settle(10, 3, 0);
        assertThat(bucket.available(MANY, 0)).isEqualTo(7);
        assertThat(bucket.available(MANY, SECOND)).isEqualTo(10);
    }

    @Test
    void severalHoldersShareOneBurst() {
        RateBucket bucket = bucket(100, 0);
        long held = 0;
        for (int upload = 0; upload < 20; upload++) {
            long now = upload * (10 * SECOND);
            long tokens = Math.max(2, bucket.available(MANY, now));
            bucket.hold(tokens, now);
            held += tokens;
        }
        // a burst of 100, and from then on the least that an upload asks for
        assertThat(held).isEqualTo(100 + 19 * 2);
    }

    @Test
    void oneThatHoldsABurstDoesNotSlowDownTheOthers() {
        RateBucket bucket = bucket(100, 0);
        bucket.hold(100, 0);
        long now = 10 * SECOND;
        long used = 0;
        while (now < 20 * SECOND) {
            now += bucket.hold(2, now);
            bucket.settle(2, 2, now);
            used += 2;
        }
        assertThat(used).isBetween(990L, 1010L);
    }

    @Test
    void aChangeOfTheRateKeepsTheLevelWithinTheNewBurst() {
        RateBucket bucket = bucket(10, 0);
        bucket.reserve(4, 0);
        bucket.change(OptionalLong.of(100), 1, 0);
        assertThat(bucket.available(MANY, 0)).isEqualTo(6);
        bucket.change(OptionalLong.of(3), 1, 0);
        assertThat(bucket.available(MANY, 0)).isEqualTo(3);
        bucket.reserve(3, 0);
        bucket.change(OptionalLong.of(100), 1, 0);
        assertThat(bucket.available(MANY, 0)).isZero();
    }

    @Test
    void withoutARateAllTokensAreThereAtOnce() {
        RateBucket bucket = new RateBucket(OptionalLong.empty(), 1, 0);
        assertThat(bucket.reserve(RateBucket.LARGEST_RATE, 0)).isZero();
        assertThat(bucket.nanosUntilOne(0)).isZero();
        assertThat(bucket.available(7, 0)).isEqualTo(7);
    }

    @Test
    void aRateThatBeginsOrEndsHoldsFromThenOn() {
        RateBucket bucket = new RateBucket(OptionalLong.empty(), 1, 0);
        bucket.reserve(50, 0);
        bucket.change(OptionalLong.of(10), 1, 0);
        assertThat(bucket.available(MANY, 0)).isEqualTo(10);
        assertThat(bucket.reserve(20, 0)).isEqualTo(SECOND);
        bucket.change(OptionalLong.empty(), 1, 0);
        assertThat(bucket.reserve(20, 0)).isZero();
    }

    @Test
    void timeThatGoesBackwardsGivesNothing() {
        RateBucket bucket = bucket(10, SECOND);
        bucket.reserve(10, SECOND);
        assertThat(bucket.available(MANY, 0)).isZero();
        assertThat(bucket.available(MANY, SECOND + SECOND / 10)).isEqualTo(1);
    }

    @Test
    void theLargestRateOverTheLongestTimeDoesNotOverflow() {
        RateBucket bucket = bucket(RateBucket.LARGEST_RATE, 0);
        bucket.reserve(RateBucket.LARGEST_RATE, 0);
        assertThat(bucket.nanosUntilOne(0)).isEqualTo(1);
        assertThat(bucket.available(MANY, SECOND - 1)).isEqualTo(RateBucket.LARGEST_RATE - 5);
        assertThat(bucket.available(MANY, Long.MAX_VALUE)).isEqualTo(RateBucket.LARGEST_RATE);
    }

    @Test
    void aRateOfNothingCannotBeMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> bucket(0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateBucket(OptionalLong.of(1), 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bucket(RateBucket.LARGEST_RATE + 1, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void useInAnyWindowStaysWithinRateTimesLengthPlusBurst(long seed) {
        Random random = new Random(seed);
        long rate = 1 + random.nextLong(seed % 2 == 0 ? 20 : 1L << 30);
        long burst = rate * (1 + random.nextInt(3));
        long now = random.nextLong();
        RateBucket bucket = new RateBucket(OptionalLong.of(rate), burst, now);
        List<Use> uses = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            now += random.nextLong(SECOND / (1 + random.nextInt(100)));
            long tokens = 1 + random.nextLong(burst);
            long wait = bucket.hold(tokens, now);
            long used = random.nextInt(4) == 0 ? random.nextLong(tokens + 1) : tokens;
            now += wait;
            bucket.settle(tokens, used, now);
            uses.add(new Use(now, used));
        }
        for (int first = 0; first < uses.size(); first++) {
            long sum = 0;
            for (Use use : uses.subList(first, uses.size())) {
                sum += use.tokens;
                assertWithin(rate, burst, use.nanos - uses.get(first).nanos, sum);
            }
        }
    }

    private static void assertWithin(long rate, long burst, long nanos, long tokens) {
        BigInteger second = BigInteger.valueOf(SECOND);
        BigInteger most =
                BigInteger.valueOf(rate)
                        // the end of a wait is rounded up to a whole nanosecond
                        .multiply(BigInteger.valueOf(nanos + 1))
                        .add(BigInteger.valueOf(burst).multiply(second));
        assertThat(BigInteger.valueOf(tokens).multiply(second)).isLessThanOrEqualTo(most);
    }
}
