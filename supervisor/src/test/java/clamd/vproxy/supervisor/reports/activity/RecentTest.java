package clamd.vproxy.supervisor.reports.activity;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Five minutes in spans of five seconds, in manual time. */
class RecentTest {
    private final ManualClock clock = new ManualClock();
    private final Recent recent = new Recent(clock.getAsLong());

    private List<Long> amounts() {
        return recent.amounts(clock.getAsLong());
    }

    private void add(long amount) {
        recent.add(amount, clock.getAsLong());
    }

    @Test
    void whatFallsIntoOneSpanAddsUp() {
        add(1);
        clock.advance(Recent.SPAN.minusNanos(1));
        add(2);
        clock.advance(Duration.ofNanos(1));
        add(4);

        assertThat(amounts()).hasSize(Recent.SPANS).endsWith(3L, 4L);
        assertThat(amounts().stream().mapToLong(Long::longValue).sum()).isEqualTo(7);
    }

    @Test
    void whatIsOlderThanAllSpansIsForgotten() {
        add(1);
        clock.advance(Recent.SPAN.multipliedBy(Recent.SPANS - 1));
        assertThat(amounts()).startsWith(1L, 0L);
        clock.advance(Recent.SPAN);
        assertThat(amounts()).isEmpty();
    }

    @Test
    void aLongSilenceLeavesNothing() {
        for (int i = 0; i < 2 * Recent.SPANS; i++) {
            add(1);
            clock.advance(Recent.SPAN);
        }
        clock.advance(Duration.ofDays(400));
        assertThat(amounts()).isEmpty();
        add(5);
        assertThat(amounts()).endsWith(0L, 5L);
    }

    @Test
    void aLateSessionWithAnEarlierTimeCountsInTheLastSpan() {
        long before = clock.getAsLong();
        clock.advance(Recent.SPAN);
        add(1);
        recent.add(2, before);
        assertThat(amounts()).endsWith(0L, 3L);
    }
}
