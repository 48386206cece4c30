package clamd.vproxy.supervisor.connections.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.testing.TestResult;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalLogBoundTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final RefusalLogBound bound = new RefusalLogBound(nanos::get);

    @Test
    void refusalsBeyondTheBoundAreLeftOutAndCountedInTheNextLine() {
        for (int i = 0; i < RefusalLogBound.LINES_PER_SECOND; i++) {
            assertThat(bound.admit(ended(Termination.QUOTA))).hasValue(0);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(bound.admit(ended(Termination.CONNECTION_RATE))).isEmpty();
        }
        nanos.addAndGet(SECOND / RefusalLogBound.LINES_PER_SECOND);
        assertThat(bound.admit(ended(Termination.GUEST_DENIED))).hasValue(1000);
        assertThat(bound.admit(ended(Termination.HOST_LIMIT))).isEmpty();
        nanos.addAndGet(SECOND);
        assertThat(bound.admit(ended(Termination.QUOTA))).hasValue(1);
    }

    @Test
    void whatWasServedAlwaysHasALineAndTakesNoneFromRefusals() {
        for (int i = 0; i < 1000; i++) {
            assertThat(bound.admit(ended(Termination.COMPLETED))).hasValue(0);
        }
        assertThat(bound.admit(ended(Termination.QUOTA))).hasValue(0);
    }

    private static SessionResult ended(Termination termination) {
        return TestResult.result().ended(termination).build();
    }
}
