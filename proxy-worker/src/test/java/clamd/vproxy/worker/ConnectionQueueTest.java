package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.ScriptedSocket;
import clamd.vproxy.worker.testing.TestLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The queue's decisions in manual time. */
class ConnectionQueueTest {
    private static final long SECOND = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final long start = clock.getAsLong();

    @Test
    void theRateAdmitsABurstThenOneAfterTheOther() {
        ConnectionQueue queue = queue(TestLimits.limits().connectionRate(2).build());
        for (int i = 0; i < 3; i++) {
            assertThat(add(queue, 0)).isEmpty();
        }
        assertThat(queue.wantedThreads(start)).isEqualTo(2);
        assertThat(queue.take(start)).isNotNull();
        assertThat(queue.take(start)).isNotNull();
        assertThat(queue.take(start)).isNull();
        assertThat(queue.nanosUntilTurn(start)).isEqualTo(SECOND / 2);
        assertThat(queue.take(start + SECOND / 2)).isNotNull();
    }

    @Test
    void whatIsFullDecidesTheText() {
        Limits limits = TestLimits.limits().connections(2).waiting(0).connectionRate(1).build();
        ConnectionQueue queue = queue(limits);
        assertThat(add(queue, 2)).contains(Termination.QUOTA);
        assertThat(add(queue, 0)).isEmpty();
        assertThat(add(queue, 0)).contains(Termination.CONNECTION_RATE);
    }

    @Test
    void withoutAQueueNobodyWaits() {
        Limits limits = TestLimits.limits().connectionRate(1).withoutQueue().build();
        ConnectionQueue queue = queue(limits);
        assertThat(add(queue, 0)).isEmpty();
        assertThat(add(queue, 0)).contains(Termination.CONNECTION_RATE);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void whoWaitsForTheQuotaTooLongIsToldThat() {
        Limits limits = TestLimits.limits().queueTimeout(Duration.ofSeconds(2)).build();
        ConnectionQueue queue = queue(limits);
        assertThat(add(queue, 0)).isEmpty();
        assertThat(queue.pollLate(start + 2 * SECOND - 1)).isNull();
        assertThat(queue.pollLate(start + 2 * SECOND)).isNotNull();
        assertThat(queue.lateReason(start + 2 * SECOND)).isEqualTo(Termination.QUOTA);
    }

    @Test
    void whoWaitsForTheRateTooLongIsToldThat() {
        ConnectionQueue queue =
                queue(
                        TestLimits.limits()
                                .connectionRate(1)
                                .queueTimeout(Duration.ofMillis(500))
                                .build());
        assertThat(add(queue, 0)).isEmpty();
        assertThat(queue.take(start)).isNotNull();
        assertThat(add(queue, 0)).isEmpty();
        assertThat(queue.pollLate(start + SECOND / 2)).isNotNull();
        assertThat(queue.lateReason(start + SECOND / 2)).isEqualTo(Termination.CONNECTION_RATE);
    }

    private ConnectionQueue queue(Limits limits) {
        return new ConnectionQueue(limits, start);
    }

    private Optional<Termination> add(ConnectionQueue queue, int inService) {
        Optional<Termination> refusal = queue.refusal(inService, start);
        if (refusal.isEmpty()) {
            ScriptedSocket socket = new ScriptedSocket(clock, new Watchdog(clock));
            queue.add(new Arrival(1, socket, start, 1));
        }
        return refusal;
    }
}
