package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static List<Long> millis(Backoff backoff, int attempts) {
        return Stream.generate(() -> backoff.next().toMillis()).limit(attempts).toList();
    }

    @Test
    void theDaemonsRetriesDoubleFrom200MillisecondsTo5Seconds() {
        Backoff backoff =
                new Backoff(
                        LibvirtTiming.DEFAULT.firstRetry(), LibvirtTiming.DEFAULT.longestRetry());
        assertThat(millis(backoff, 8))
                .containsExactly(200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L, 5000L);
        backoff.reset();
        assertThat(millis(backoff, 2)).containsExactly(200L, 400L);
    }

    @Test
    void timesThatMakeNoSenseAreRefused() {
        Duration second = Duration.ofSeconds(1);
        Duration zero = Duration.ZERO;
        assertThatThrownBy(() -> new LibvirtTiming(zero, second, second, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LibvirtTiming(second, zero, second, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LibvirtTiming(second, second, second, zero))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LibvirtTiming(second, second, zero, second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shorter");
    }
}
