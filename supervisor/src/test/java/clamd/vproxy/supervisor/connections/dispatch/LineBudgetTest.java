package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineBudgetTest {
    private static final Duration SPAN = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final LineBudget budget = new LineBudget(3, SPAN, clock);

    @Test
    void linesBeyondTheBudgetAreLeftOutUntilTheNextSpan() {
        for (int line = 0; line < 3; line++) {
            assertThat(budget.admit("quota")).isTrue();
        }
        assertThat(budget.admit("quota")).isFalse();
        clock.advance(SPAN);
        assertThat(budget.admit("quota")).isTrue();
    }

    @Test
    void omittedLinesAreCountedByKindAndReportedOnce() {
        for (int line = 0; line < 5; line++) {
            budget.admit("clean");
        }
        budget.admit("quota");
        assertThat(budget.takeLeftOut()).isEqualTo(Map.of("clean", 2L, "quota", 1L));
        assertThat(budget.takeLeftOut()).isEmpty();
    }
}
