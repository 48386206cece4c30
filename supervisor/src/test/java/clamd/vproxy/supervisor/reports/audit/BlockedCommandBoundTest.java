package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualClock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BlockedCommandBoundTest {
    private final ManualClock clock = new ManualClock();
    private final BlockedCommandBound bound = new BlockedCommandBound(clock);
    private final UUID guest = new UUID(1, 1);

    @Test
    void aGuestGetsSoManyRecordsInASpanAndTheRestIsCountedInTheNext() {
        for (int i = 0; i < BlockedCommandBound.RECORDS; i++) {
            assertThat(bound.admit(guest)).hasValue(0);
        }
        for (int i = 0; i < 500; i++) {
            assertThat(bound.admit(guest)).isEmpty();
        }
        clock.advance(BlockedCommandBound.SPAN);
        assertThat(bound.admit(guest)).hasValue(500);
        assertThat(bound.admit(guest)).hasValue(0);
    }

    @Test
    void aGuestTakesNoneFromAnother() {
        for (int i = 0; i < 1000; i++) {
            bound.admit(guest);
        }
        assertThat(bound.admit(new UUID(1, 2))).hasValue(0);
    }
}
