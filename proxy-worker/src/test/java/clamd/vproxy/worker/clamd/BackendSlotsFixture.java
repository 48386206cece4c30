package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.clamd.BackendSlots.Waiter;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** What the tests of {@link BackendSlots} share. */
abstract class BackendSlotsFixture {
    static final long EVER = Duration.ofHours(1).toNanos();
    static final long NOW = 0;

    /** A request that waits for a permit on a thread of its own, and is queued from the start. */
    static final class Waiting {
        final Object guest;
        final Waiter waiter;
        private final FutureTask<Optional<Slot>> task;

        Waiting(BackendSlots slots, Object guest) {
            this(slots, guest, EVER);
        }

        Waiting(BackendSlots slots, Object guest, long deadlineNanos) {
            this.guest = guest;
            this.waiter = slots.request(Owner.ofItself(guest), Weight.of(1));
            this.task = new FutureTask<>(() -> waiter.await(deadlineNanos));
            Thread thread = Thread.ofPlatform().daemon().start(task);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                LockSupport.parkNanos(10_000); // a spin would hold the core that it needs
            }
        }

        boolean isWaiting() {
            return !task.isDone();
        }

        Optional<Slot> outcome() {
            try {
                return task.get(10, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("the wait did not end", e);
            }
        }
    }

    /** The upload permits of one clamd that is up. */
    static BackendSlots slots(int total, LongSupplier clock) {
        ClamdEndpoint nobody =
                _ -> {
                    throw new AssertionError("nobody connects here");
                };
        Clamd clamd = new Clamd(nobody, total, 1, new ScanSlots(1, clock), ClamdTimes.standard());
        return new Clamds(List.of(clamd), HealthTimes.standard(), clock, Clock.systemUTC())
                .uploads();
    }

    static long stoppedClock() {
        return NOW;
    }

    static Slot take(BackendSlots slots, Object guest) {
        return slots.request(Owner.ofItself(guest), Weight.of(1))
                .await(Long.MIN_VALUE)
                .orElseThrow();
    }
}
