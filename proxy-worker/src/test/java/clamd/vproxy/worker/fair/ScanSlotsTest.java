package clamd.vproxy.worker.fair;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.fair.ScanSlots.Request;
import clamd.vproxy.worker.fair.ScanSlots.Slot;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The blocking way to a slot: waits that end in every way, on several threads. */
@Timeout(30)
class ScanSlotsTest {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ScanSlots slots = new ScanSlots(2, System::nanoTime);

    private Optional<Slot> take(String guest, long waitNanos) {
        return slots.request(Owner.ofItself(guest), Weight.of(1), 1)
                .await(System.nanoTime() + waitNanos);
    }

    private void takeOne() {
        assertThat(take("a", 0)).isPresent();
    }

    private void takeBoth() {
        takeOne();
        takeOne();
    }

    private FutureTask<Optional<Slot>> waiting(Request request) {
        int before = slots.waiting();
        FutureTask<Optional<Slot>> task =
                new FutureTask<>(() -> request.await(System.nanoTime() + LONG_NANOS));
        Thread.ofPlatform().daemon().start(task);
        Eventually.holds("a waiter", () -> slots.waiting() == before + 1);
        return task;
    }

    @Test
    void aFreeSlotIsHadAtOnceAndATakenOneNotBeforeItIsGivenBack() throws Exception {
        Slot first = take("a", 0).orElseThrow();
        Slot second = take("a", 0).orElseThrow();
        assertThat(take("b", 0)).isEmpty();
        FutureTask<Optional<Slot>> third =
                waiting(slots.request(Owner.ofItself("b"), Weight.of(1), 1));

        first.close();
        Slot granted = third.get().orElseThrow();
        assertThat(slots.held()).isEqualTo(2);
        granted.close();
        second.close();
        assertThat(slots.held()).isZero();
    }

    @Test
    void closingASlotTwiceGivesOneBack() {
        Slot first = take("a", 0).orElseThrow();
        takeOne();
        first.close();
        first.close();

        assertThat(take("a", 0)).isPresent();
        assertThat(take("a", 0)).isEmpty();
    }

    @Test
    void aWithdrawnRequestLeavesTheQueueAtOnceAndWakesItsOwner() throws Exception {
        takeBoth();
        Request request = slots.request(Owner.ofItself("b"), Weight.of(1), 1);
        FutureTask<Optional<Slot>> task = waiting(request);

        request.withdraw();
        assertThat(slots.waiting()).isZero();
        assertThat(task.get()).isEmpty();
    }

    @Test
    void aRequestThatIsWithdrawnBeforeItsWaitGetsNothing() {
        Request request = slots.request(Owner.ofItself("a"), Weight.of(1), 1);
        request.withdraw();

        assertThat(request.await(System.nanoTime() + LONG_NANOS)).isEmpty();
        assertThat(slots.held() + slots.waiting()).isZero();
    }

    @Test
    void theNextHolderAloneIsWoken() throws Exception {
        Slot held = take("a", 0).orElseThrow();
        takeOne();
        FutureTask<Optional<Slot>> noisy =
                waiting(slots.request(Owner.ofItself("a"), Weight.of(1), 1));
        FutureTask<Optional<Slot>> quiet =
                waiting(slots.request(Owner.ofItself("b"), Weight.of(1), 1));

        held.close();
        assertThat(quiet.get()).as("the guest that has had less").isPresent();
        assertThat(noisy.isDone()).isFalse();
        quiet.get().orElseThrow().close();
        assertThat(noisy.get()).isPresent();
    }

    @Test
    void anInterruptedOwnerLeavesTheQueue() throws Exception {
        takeBoth();
        AtomicInteger outcome = new AtomicInteger(-1);
        Thread owner =
                Thread.ofPlatform()
                        .start(() -> outcome.set(take("b", LONG_NANOS).isPresent() ? 1 : 0));
        Eventually.holds("a waiter", () -> slots.waiting() == 1);
        owner.interrupt();
        owner.join();

        assertThat(outcome).hasValue(0);
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void manyThreadsThatWaitTimeOutAndWithdrawNeitherLoseNorExceedSlots() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            RandomGenerator random = Seeds.random(i);
            threads.add(Thread.ofPlatform().start(() -> hustle(random, inside, most, granted)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isLessThanOrEqualTo(2);
        assertThat(granted.get()).isPositive();
        assertThat(slots.held() + slots.waiting()).isZero();
    }

    private void hustle(
            RandomGenerator random,
            AtomicInteger inside,
            AtomicInteger most,
            AtomicInteger granted) {
        for (int i = 0; i < 1_000; i++) {
            Request request =
                    slots.request(
                            Owner.ofItself(random.nextInt(3)),
                            Weight.of(random.nextInt(1, 5)),
                            random.nextLong(1 << 22));
            if (random.nextInt(4) == 0) {
                Thread.ofVirtual().start(request::withdraw);
            }
            request.await(System.nanoTime() + random.nextInt(200_000))
                    .ifPresent(slot -> {
                        granted.incrementAndGet();
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        slot.close();
                    });
        }
    }
}
