package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.clamd.BackendSlots.Waiter;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.testing.ManualClock;
import clamd.vproxy.worker.testing.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which guest gets a free upload permit, and how many one guest may hold. */
@Timeout(30)
class BackendSlotsFairnessTest extends BackendSlotsFixture {
    @Test
    void aFreePlaceGoesToTheGuestThatHoldsFewest() {
        BackendSlots slots = slots(3, BackendSlotsTest::stoppedClock);
        Slot first = take(slots, "greedy");
        take(slots, "greedy");
        take(slots, "modest");
        Waiting greedy = new Waiting(slots, "greedy");
        Waiting modest = new Waiting(slots, "modest");
        Waiting newcomer = new Waiting(slots, "newcomer");

        first.close();
        Slot granted = newcomer.outcome().orElseThrow();
        // one each now: the one that has waited longest is next
        granted.close();
        assertThat(greedy.outcome()).isPresent();
        assertThat(modest.isWaiting()).isTrue();
        modest.waiter.withdraw();
    }

    @Test
    void guestsAreComparedByEquals() {
        BackendSlots slots = slots(2, BackendSlotsTest::stoppedClock);
        take(slots, new String("same"));
        Slot second = take(slots, "other");
        Waiting same = new Waiting(slots, new String("same"));
        Waiting third = new Waiting(slots, "third");

        second.close();
        assertThat(third.outcome()).isPresent();
        assertThat(same.isWaiting()).isTrue();
        same.waiter.withdraw();
    }

    @Test
    void aHundredWaitingStreamsDelayAnothersByOnePlaceAtMost() {
        BackendSlots slots = slots(3, BackendSlotsTest::stoppedClock);
        List<Slot> held = new ArrayList<>(List.of(take(slots, "greedy"), take(slots, "greedy")));
        take(slots, "other");
        List<Waiting> crowd = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            crowd.add(new Waiting(slots, "greedy"));
        }
        Waiting modest = new Waiting(slots, "modest");

        held.removeFirst().close();
        assertThat(modest.outcome()).isPresent();
        crowd.forEach(waiting -> waiting.waiter.withdraw());
    }

    @Test
    void oneGuestGetsAtMostThreeQuartersOfThePermitsAndAnotherStillGetsOne() {
        for (int total = 2; total <= 64; total++) {
            BackendSlots slots = slots(total, BackendSlotsTest::stoppedClock);
            while (slots.request(Owner.ofItself("greedy"), Weight.of(1)).await(NOW).isPresent()) {}

            assertThat(slots.held())
                    .isEqualTo(slots.mostForOneTenant())
                    .isEqualTo(Math.max(1, total * 3 / 4))
                    .isLessThan(total);
            assertThat(slots.request(Owner.ofItself("modest"), Weight.of(1)).await(NOW))
                    .isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource({"16, 2", "50, 3", "64, 3"})
    void colludingGuestsLeaveAPermitForAnother(int total, int hostile) {
        // one after the other takes all it can get, which leaves least; or all take turns
        for (int row : new int[] {10 * total, 1}) {
            BackendSlots slots = slots(total, BackendSlotsTest::stoppedClock);
            for (int i = 0; i < 10 * total * hostile; i++) {
                Owner owner = Owner.ofItself(i / row % hostile);
                Optional<Slot> _ = slots.request(owner, Weight.of(1)).await(NOW);
            }
            assertThat(slots.request(Owner.ofItself("victim"), Weight.of(1)).await(NOW))
                    .isPresent();
        }
    }

    @Test
    void theOnlyPlaceIsForAnyGuest() {
        BackendSlots slots = slots(1, BackendSlotsTest::stoppedClock);
        assertThat(slots.mostForOneTenant()).isEqualTo(1);
        assertThat(slots.request(Owner.ofItself("a"), Weight.of(1)).await(NOW)).isPresent();
    }

    @Test
    void weightGivesNoGuestMorePlacesThanOneMayHold() {
        BackendSlots slots = slots(4, BackendSlotsTest::stoppedClock);
        for (int i = 0; i < 3; i++) {
            assertThat(slots.request(Owner.ofItself("heavy"), Weight.of(100)).await(NOW))
                    .isPresent();
        }
        assertThat(slots.request(Owner.ofItself("heavy"), Weight.of(100)).await(NOW)).isEmpty();
    }

    @Test
    void aGuestThatHoldsAllItMayWaitsForItsOwnPlaceAndIsPassedByOthers() {
        BackendSlots slots = slots(4, BackendSlotsTest::stoppedClock);
        Slot first = take(slots, "greedy");
        take(slots, "greedy");
        take(slots, "greedy");
        Waiting greedy = new Waiting(slots, "greedy");

        take(slots, "modest").close();
        assertThat(greedy.isWaiting()).isTrue();
        first.close();
        assertThat(greedy.outcome()).isPresent();
    }

    /**
     * Random arrivals, returns, withdrawals and timeouts, one at a time, against a model that says
     * which stream must get which place.
     */
    @Test
    void placesAreNeverLostOrDoubledAndGoToTheFewestHeldFirst() {
        Seeds.forEach(40, random -> new Model(random).play(60));
    }

    /** Many threads at once: what cannot be predicted, but must always hold. */
    @Test
    void noMorePlacesThanThereAreAreEverHeldAtOnce() throws Exception {
        BackendSlots slots = slots(3, System::nanoTime);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int guest = 0; guest < 8; guest++) {
            RandomGenerator random = Seeds.random(guest);
            FutureTask<Integer> task =
                    new FutureTask<>(() -> takeAndGiveBack(slots, random, inside, most));
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        int granted = 0;
        for (FutureTask<Integer> task : tasks) {
            granted += task.get(20, TimeUnit.SECONDS);
        }
        assertThat(granted).isPositive();
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(slots.held()).isZero();
    }

    private static int takeAndGiveBack(
            BackendSlots slots, RandomGenerator random, AtomicInteger inside, AtomicInteger most) {
        int granted = 0;
        for (int i = 0; i < 2_000; i++) {
            Waiter waiter = slots.request(Owner.ofItself(random.nextInt(3)), Weight.of(1));
            if (random.nextInt(10) == 0) {
                waiter.withdraw();
            }
            Optional<Slot> slot = waiter.await(System.nanoTime() + random.nextInt(200_000));
            if (slot.isPresent()) {
                granted++;
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                slot.get().close();
            }
        }
        return granted;
    }

    /** What the slots should do, step by step. */
    private static final class Model {
        private final RandomGenerator random;
        private final ManualClock clock = new ManualClock();
        private final int total;
        private final BackendSlots slots;
        private final List<Waiting> queue = new ArrayList<>();
        private final Map<Slot, Object> held = new LinkedHashMap<>();

        Model(RandomGenerator random) {
            this.random = random;
            this.total = random.nextInt(1, 9);
            this.slots = slots(total, clock);
        }

        void play(int steps) {
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> arrive();
                    case 2, 3 -> giveBack();
                    default -> withdraw();
                }
                assertThat(slots.held()).isEqualTo(held.size()).isLessThanOrEqualTo(total);
                assertThat(held.values()).allMatch(guest -> heldBy(guest) <= most());
                if (held.size() < total) {
                    assertThat(queue).allMatch(waiting -> heldBy(waiting.guest) == most());
                }
            }
            // everybody that waits is served by the time that everything held now and then is back
            for (int left = held.size() + queue.size(); left > 0; left--) {
                giveBack();
            }
            assertThat(queue).isEmpty();
            while (!held.isEmpty()) {
                giveBack();
            }
            assertThat(slots.held()).isZero();
        }

        private void arrive() {
            Object guest = random.nextInt(3);
            if (held.size() < total && heldBy(guest) < most()) {
                held.put(take(slots, guest), guest);
            } else if (random.nextInt(4) == 0) {
                assertThat(
                                slots.request(Owner.ofItself(guest), Weight.of(1))
                                        .await(clock.getAsLong()))
                        .as("timeout")
                        .isEmpty();
            } else {
                queue.add(new Waiting(slots, guest, clock.getAsLong() + EVER));
            }
        }

        private void giveBack() {
            if (held.isEmpty()) {
                return;
            }
            Slot any = held.keySet().iterator().next();
            held.remove(any);
            Optional<Waiting> next = nextToBeServed();
            any.close();
            next.ifPresent(waiting -> {
                held.put(waiting.outcome().orElseThrow(), waiting.guest);
                queue.remove(waiting);
            });
        }

        private void withdraw() {
            if (!queue.isEmpty()) {
                Waiting any = queue.remove(random.nextInt(queue.size()));
                any.waiter.withdraw();
                assertThat(any.outcome()).isEmpty();
            }
        }

        private Optional<Waiting> nextToBeServed() {
            Waiting best = null;
            for (Waiting waiting : queue) {
                if (heldBy(waiting.guest) < most()
                        && (best == null || heldBy(waiting.guest) < heldBy(best.guest))) {
                    best = waiting;
                }
            }
            return Optional.ofNullable(best);
        }

        private long most() {
            return Math.max(1, total * 3 / 4);
        }

        private long heldBy(Object guest) {
            return held.values().stream().filter(guest::equals).count();
        }
    }
}
