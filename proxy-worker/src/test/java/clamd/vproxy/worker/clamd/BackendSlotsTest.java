package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.clamd.BackendSlots.Waiter;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How an upload permit is taken, waited for and given back. */
@Timeout(30)
class BackendSlotsTest extends BackendSlotsFixture {
    @Test
    void placesAreGrantedAtOnceWhileThereAreAny() {
        BackendSlots slots = slots(2, BackendSlotsTest::stoppedClock);

        Slot first = take(slots, "a");
        Slot second = take(slots, "b");
        assertThat(slots.held()).isEqualTo(2);
        assertThat(slots.total()).isEqualTo(2);
        assertThat(slots.request(Owner.ofItself("c"), Weight.of(1)).await(NOW)).isEmpty();

        first.close();
        second.close();
        assertThat(slots.held()).isZero();
    }

    @Test
    void aPlaceThatIsFreeIsGrantedEvenAtTheDeadline() {
        assertThat(
                        slots(1, BackendSlotsTest::stoppedClock)
                                .request(Owner.ofItself("a"), Weight.of(1))
                                .await(NOW))
                .isPresent();
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        BackendSlots slots = slots(3, BackendSlotsTest::stoppedClock);
        Slot first = take(slots, "a");
        take(slots, "a");

        first.close();
        first.close();

        assertThat(slots.held()).isEqualTo(1);
    }

    @Test
    void withoutAPlaceThereIsNothingToShare() {
        assertThatThrownBy(() -> slots(0, BackendSlotsTest::stoppedClock))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRequestThatWasWithdrawnBeforeItsWaitGetsNothing() {
        BackendSlots slots = slots(1, BackendSlotsTest::stoppedClock);
        Waiter waiter = slots.request(Owner.ofItself("a"), Weight.of(1));
        waiter.withdraw();

        assertThat(waiter.await(EVER)).isEmpty();
        assertThat(slots.held()).isZero();
    }

    @Test
    void aWithdrawnRequestIsPassedOver() {
        BackendSlots slots = slots(1, BackendSlotsTest::stoppedClock);
        Slot held = take(slots, "a");
        Waiting first = new Waiting(slots, "b");
        Waiting second = new Waiting(slots, "c");

        first.waiter.withdraw();
        assertThat(first.outcome()).isEmpty();
        held.close();
        assertThat(second.outcome()).isPresent();
    }

    @Test
    void withdrawingAGrantedPlaceIsTooLate() {
        BackendSlots slots = slots(1, BackendSlotsTest::stoppedClock);
        Waiter waiter = slots.request(Owner.ofItself("a"), Weight.of(1));
        Optional<Slot> slot = waiter.await(EVER);
        waiter.withdraw();

        assertThat(slot).isPresent();
        assertThat(slots.held()).isEqualTo(1);
    }

    @Test
    void anInterruptedWaitEndsAndStaysInterrupted() throws Exception {
        BackendSlots slots = slots(1, BackendSlotsTest::stoppedClock);
        take(slots, "a");
        FutureTask<Boolean> task =
                new FutureTask<>(() ->
                        slots.request(Owner.ofItself("b"), Weight.of(1)).await(EVER).isEmpty()
                                && Thread.currentThread().isInterrupted());
        Thread thread = Thread.ofPlatform().daemon().start(task);
        thread.interrupt();

        assertThat(task.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(slots.held()).isEqualTo(1);
    }
}
