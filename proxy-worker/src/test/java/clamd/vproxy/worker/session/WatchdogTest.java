package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchdogTest {
    private final ManualClock clock = new ManualClock();
    private final Watchdog watchdog = new Watchdog(clock);

    @Test
    void everyLookShowsTheInjectedTime() {
        List<Long> looks = new ArrayList<>();
        watchdog.watch(looks::add);
        watchdog.checkAll();
        clock.advance(Duration.ofSeconds(3));
        watchdog.checkAll();

        assertThat(looks.get(1) - looks.get(0)).isEqualTo(Duration.ofSeconds(3).toNanos());
    }

    @Test
    void aSessionThatIsNoLongerWatchedIsLeftAlone() {
        List<Long> looks = new ArrayList<>();
        Watched watched = looks::add;
        watchdog.watch(watched);
        watchdog.unwatch(watched);
        watchdog.checkAll();

        assertThat(looks).isEmpty();
    }

    @Test
    void oneDefectDoesNotTakeTheDeadlinesFromOthers() {
        List<Long> looks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            watchdog.watch(looks::add);
            watchdog.watch(_ -> {
                throw new IllegalStateException("a defect");
            });
        }
        watchdog.checkAll();

        assertThat(looks).hasSize(10);
    }

    @Test
    void itLooksAgainAndAgainUntilItIsClosed() throws Exception {
        CountDownLatch looks = new CountDownLatch(3);
        watchdog.watch(_ -> looks.countDown());
        Thread thread = Thread.ofPlatform().daemon().start(watchdog);

        assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        watchdog.close();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    }
}
