package clamd.vproxy.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.IdleThreads.Seat;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.testing.SessionRig;
import clamd.vproxy.worker.testing.TestLimits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who serves whom, without a socket. The threads that are started end at once. */
@Timeout(30)
class SchedulerTest {
    private static final long SECOND = 1_000_000_000;

    private final GuestPolicy policy =
            TestLimits.limits().connections(1).connectionRate(1).policy();
    private final SessionRig rig = new SessionRig(policy.limits());
    private final ConnectionQueue waiting = new ConnectionQueue(policy.limits(), 0);
    private final Deque<Long> times = new ArrayDeque<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final Scheduler scheduler =
            new Scheduler(
                    waiting,
                    new OpenSessions(),
                    new GuestThreads("vm", (_, _) -> {}, _ -> {}),
                    this::begin,
                    this::now,
                    1);

    /** The times in their order; the last one stays. */
    private long now() {
        return times.size() > 1 ? times.remove() : times.element();
    }

    private Turn begin(Arrival arrival) {
        if (failures.getAndDecrement() > 0) {
            throw new OutOfMemoryError("for a test");
        }
        assertThat(arrival.socket()).isSameAs(rig.guest);
        return new Turn(rig.session, policy);
    }

    private void come() {
        waiting.add(new Arrival(1, rig.guest, 0, 1));
    }

    @Test
    void aTurnThatComesWhileAThreadLooksIsNotLost() {
        times.add(0L);
        come();
        assertThat(scheduler.nextFor(0, new Seat(), 10 * SECOND, true).turn()).isNotNull();
        come();
        times.clear();
        times.addAll(List.of(SECOND - 1, SECOND));

        Scheduler.Next next = scheduler.nextFor(0, new Seat(), 10 * SECOND, true);

        assertThat(next.turn() != null || next.nanosToWait() > 0).isTrue();
    }

    @Test
    void aConnectionWhoseSessionFindsNoMemoryWaitsOn() {
        times.add(0L);
        come();
        failures.set(1);
        assertThatThrownBy(() -> scheduler.nextFor(0, new Seat(), 10 * SECOND, true))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(waiting.size()).isEqualTo(1);

        times.add(SECOND);
        times.remove();
        assertThat(scheduler.nextFor(0, new Seat(), 10 * SECOND, true).turn()).isNotNull();
    }

    @Test
    void whoComesIsNotHandedToAThreadThatIsLost() throws Exception {
        times.add(0L);
        Seat[] seat = new Seat[1];
        Thread lost =
                Thread.ofPlatform()
                        .start(() -> {
                            seat[0] = new Seat();
                            Scheduler.Next next = scheduler.nextFor(0, seat[0], SECOND, true);
                            assertThat(next.nanosToWait()).isPositive();
                            scheduler.lost(0);
                        });
        lost.join();
        come();
        scheduler.serveNext();
        assertThat(seat[0].turn()).isNull();
        assertThat(waiting.size()).isEqualTo(1);
    }
}
