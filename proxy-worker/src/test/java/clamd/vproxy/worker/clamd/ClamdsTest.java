package clamd.vproxy.worker.clamd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.clamd.BackendSlots.Waiter;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.testing.Seeds;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which clamd a session gets, and how it waits for one. */
@Timeout(30)
class ClamdsTest {
    private static final long NOW = 0;
    private static final long EVER = Duration.ofHours(1).toNanos();

    /** Four places each for streams, two for requests. */
    private final TestClamds three = TestClamds.named("a", "b", "c").answering();

    private static String take(BackendSlots slots, Object guest) {
        return slots.request(Owner.ofItself(guest), Weight.of(1))
                .await(NOW)
                .orElseThrow()
                .clamd()
                .endpoint()
                .toString();
    }

    private static void refuse(Waiter waiter, Slot slot) {
        waiter.notConnected(
                slot,
                ClamdUnreachableException.refused(
                        slot.clamd().endpoint(), new IOException("Connection refused")));
    }

    /** A request that waits on a thread of its own; it does when the constructor ends. */
    private static final class Waiting {
        final Waiter waiter;
        private final FutureTask<Optional<Slot>> task;

        Waiting(BackendSlots slots, Object guest) {
            this(slots.request(Owner.ofItself(guest), Weight.of(1)));
        }

        Waiting(Waiter waiter) {
            this.waiter = waiter;
            this.task = new FutureTask<>(() -> waiter.await(EVER));
            Thread thread = Thread.ofPlatform().daemon().start(task);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                LockSupport.parkNanos(10_000);
            }
        }

        Optional<Slot> outcome() throws Exception {
            return task.get(10, TimeUnit.SECONDS);
        }

        boolean isWaiting() {
            return !task.isDone();
        }
    }

    @Test
    void withoutAClamdThereIsNothingToRelayTo() {
        assertThatThrownBy(() ->
                        new Clamds(List.of(), HealthTimes.standard(), () -> NOW, Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLeastLoadedIsChosenAndTheFirstInOrderAmongEquals() {
        BackendSlots uploads = three.clamds().uploads();
        List<String> chosen = new ArrayList<>();
        for (int guest = 0; guest < 7; guest++) {
            chosen.add(take(uploads, guest));
        }
        assertThat(chosen).containsExactly("a", "b", "c", "a", "b", "c", "a");
        assertThat(uploads.heldByClamd()).containsExactly(3, 2, 2);
    }

    @Test
    void loadIsInRelationToThePlaces() {
        TestClamds unequal = TestClamds.withPlaces(2, 6).answering();
        BackendSlots uploads = unequal.clamds().uploads();
        for (int guest = 0; guest < 4; guest++) {
            take(uploads, guest);
        }
        assertThat(uploads.heldByClamd()).containsExactly(1, 3);
    }

    @Test
    void oneWithAFreeScanSlotIsChosenBeforeOneWithFewerUploads() {
        BackendSlots uploads = three.clamds().uploads();
        // slow uploads wherever there is a slot, and a scan where there is no upload
        takeScanSlot("a");
        takeScanSlot("b");
        assertThat(take(uploads, "slow")).isEqualTo("c");
        assertThat(take(uploads, "next")).isEqualTo("c");
    }

    private void takeScanSlot(String name) {
        ScanSlots scans = three.health(name).clamd().scans();
        assertThat(scans.request(Owner.ofItself("another"), Weight.of(1), 1).await(EVER))
                .isPresent();
    }

    @Test
    void oneThatHasNotAnsweredLastIsOnlyUsedWhereNoOtherHasAPlace() {
        three.health("a").unanswered("slow");
        BackendSlots uploads = three.clamds().uploads();
        for (int guest = 0; guest < 8; guest++) {
            assertThat(take(uploads, guest)).isNotEqualTo("a");
        }
        assertThat(take(uploads, "last")).isEqualTo("a");
    }

    @Test
    void oneThatIsDownIsNotUsed() {
        three.takeDown("a");
        three.takeDown("c");
        BackendSlots uploads = three.clamds().uploads();
        for (int guest = 0; guest < 4; guest++) {
            assertThat(take(uploads, guest)).isEqualTo("b");
        }
        assertThat(uploads.request(Owner.ofItself("last"), Weight.of(1)).await(NOW)).isEmpty();
    }

    @Test
    void aGuestIsBoundedAtEachClamdAndFindsTheOthers() {
        BackendSlots uploads = three.clamds().uploads();
        while (uploads.request(Owner.ofItself("greedy"), Weight.of(1)).await(NOW).isPresent()) {}
        assertThat(uploads.heldByClamd()).containsExactly(3, 3, 3);
        assertThat(uploads.mostForOneTenant()).isEqualTo(9);
        assertThat(uploads.total()).isEqualTo(12);
        assertThat(uploads.request(Owner.ofItself("modest"), Weight.of(1)).await(NOW)).isPresent();
    }

    @Test
    void aRefusedRequestTriesAnotherClamdAndNoneTwice() {
        Waiter waiter = three.clamds().uploads().request(Owner.ofItself("g"), Weight.of(1));
        List<String> tried = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Slot slot = waiter.await(NOW + 1).orElseThrow();
            tried.add(slot.clamd().endpoint().toString());
            refuse(waiter, slot);
        }
        assertThat(tried).containsExactly("a", "b", "c");
        assertThat(waiter.await(NOW)).isEmpty();
        assertThat(waiter.noClamd()).contains("cannot connect to clamd at c: Connection refused");
        assertThat(three.clamds().uploads().held()).isZero();
    }

    @Test
    void aRequestRefusedByAllWaitsForAnAnswerOfOne() throws Exception {
        TestClamds one = TestClamds.named("a").answering();
        Waiter waiter = one.clamds().uploads().request(Owner.ofItself("g"), Weight.of(1));
        refuse(waiter, waiter.await(EVER).orElseThrow());
        assertThat(one.status("a").up()).as("one refusal takes nothing down").isTrue();
        Waiting waiting = new Waiting(waiter);

        one.health("a").answered();
        assertThat(waiting.outcome()).isPresent();
    }

    @Test
    void anAnswerDuringTheAttemptIsNewerThanItsRefusal() {
        TestClamds one = TestClamds.named("a").answering();
        Waiter waiter = one.clamds().uploads().request(Owner.ofItself("g"), Weight.of(1));
        Slot slot = waiter.await(EVER).orElseThrow();
        one.health("a").answered();
        refuse(waiter, slot);
        assertThat(waiter.await(EVER)).isPresent();
    }

    @Test
    void aRequestWhoseTimeIsOverTriesNoClamdTwice() {
        TestClamds one = TestClamds.named("a").answering();
        Waiter waiter = one.clamds().uploads().request(Owner.ofItself("g"), Weight.of(1));
        refuse(waiter, waiter.await(NOW).orElseThrow());
        one.health("a").answered();
        assertThat(waiter.await(NOW)).isEmpty();
        assertThat(waiter.noClamd()).isPresent();
    }

    @Test
    void refusalsTakeAClamdDownAndWhatIsOursDoesNot() {
        BackendSlots uploads = three.clamds().uploads();
        for (int i = 0; i < 10; i++) {
            Waiter waiter = uploads.request(Owner.ofItself("g"), Weight.of(1));
            waiter.notConnected(waiter.await(NOW).orElseThrow(), new IOException("No descriptors"));
            Waiter busy = uploads.request(Owner.ofItself("g"), Weight.of(1));
            busy.notConnected(
                    busy.await(NOW).orElseThrow(),
                    ClamdUnreachableException.busy("a", new IOException("busy")));
        }
        assertThat(three.status("a").up()).isTrue();

        for (int i = 0; i < 3; i++) {
            Waiter waiter = uploads.request(Owner.ofItself("g"), Weight.of(1));
            Slot slot = waiter.await(NOW).orElseThrow();
            while (!slot.clamd().endpoint().toString().equals("a")) {
                waiter.notConnected(slot, new IOException("elsewhere"));
                slot = waiter.await(NOW).orElseThrow();
            }
            refuse(waiter, slot);
        }
        assertThat(three.status("a").up()).isFalse();
        assertThat(three.status("a").lastError()).contains("Connection refused");
        assertThat(three.status("b").up()).isTrue();
    }

    @Test
    void streamsWaitWhileNoneIsUpAndGoOnAtOnceWhenOneComes() throws Exception {
        three.takeDown("a", "b", "c");
        List<Waiting> waiting = new ArrayList<>();
        for (int guest = 0; guest < 5; guest++) {
            waiting.add(new Waiting(three.clamds().uploads(), guest));
        }
        three.health("b").answered();
        for (int i = 0; i < 4; i++) {
            assertThat(waiting.get(i).outcome().orElseThrow().clamd().endpoint()).hasToString("b");
        }
        assertThat(waiting.get(4).isWaiting()).as("for a place now").isTrue();

        three.health("c").answered();
        assertThat(waiting.get(4).outcome().orElseThrow().clamd().endpoint()).hasToString("c");
    }

    @Test
    void aWaitingStreamTakesAPlaceOfAClamdThatComesUp() throws Exception {
        three.takeDown("b", "c");
        BackendSlots uploads = three.clamds().uploads();
        for (int guest = 0; guest < 4; guest++) {
            take(uploads, guest);
        }
        Waiting waiting = new Waiting(uploads, "late");
        three.health("c").answered();
        assertThat(waiting.outcome().orElseThrow().clamd().endpoint()).hasToString("c");
    }

    @Test
    void aPlaceThatComesFreeAtAClamdThatIsDownIsGrantedToNobody() throws Exception {
        TestClamds one = TestClamds.named("a").answering();
        BackendSlots uploads = one.clamds().uploads();
        List<Slot> held = new ArrayList<>();
        for (int guest = 0; guest < 4; guest++) {
            held.add(uploads.request(Owner.ofItself(guest), Weight.of(1)).await(NOW).orElseThrow());
        }
        Waiting waiting = new Waiting(uploads, "late");
        one.takeDown("a");
        held.forEach(Slot::close);
        assertThat(uploads.held()).isZero();
        assertThat(waiting.isWaiting()).isTrue();

        one.health("a").answered();
        assertThat(waiting.outcome()).isPresent();
    }

    @Test
    void requestsDoNotWaitForAClamdAndSayWhichIsDown() {
        three.takeDown("a", "b", "c");
        Waiter waiter = three.clamds().requests().request(Owner.ofItself("g"), Weight.of(1));
        assertThat(waiter.await(EVER)).isEmpty();
        assertThat(waiter.noClamd())
                .contains(
                        "clamd at a is down: gone; clamd at b is down: gone; clamd at c is down: gone");
    }

    @Test
    void aRequestThatWaitsForAPlaceEndsWhenTheLastClamdGoesDown() throws Exception {
        TestClamds one = TestClamds.named("a").answering();
        BackendSlots requests = one.clamds().requests();
        take(requests, 1);
        take(requests, 2);
        Waiting waiting = new Waiting(requests, "late");
        one.takeDown("a");
        assertThat(waiting.outcome()).isEmpty();
        assertThat(waiting.waiter.noClamd()).contains("clamd at a is down: gone");
    }

    @Test
    void aWaitForAClamdCanBeWithdrawn() throws Exception {
        three.takeDown("a", "b", "c");
        Waiting waiting = new Waiting(three.clamds().uploads(), "g");
        waiting.waiter.withdraw();
        assertThat(waiting.outcome()).isEmpty();

        three.health("a").answered();
        assertThat(three.clamds().uploads().held()).isZero();
        assertThat(waiting.waiter.await(EVER)).as("withdrawn for good").isEmpty();
    }

    @Test
    void theStatusSaysWhatIsHeldAndSinceWhen() {
        take(three.clamds().uploads(), "g");
        three.takeDown("b");
        assertThat(three.status("a").uploads()).isEqualTo(1);
        assertThat(three.status("a").uploadPermits()).isEqualTo(4);
        assertThat(three.status("a").scanSlots()).isEqualTo(1);
        assertThat(three.status("a").lastError()).isEmpty();
        assertThat(three.status("b").up()).isFalse();
        assertThat(three.status("b").since()).isEqualTo(three.wallClock().instant());
        assertThat(three.status("b").lastError()).contains("gone");
    }

    /**
     * Random arrivals, returns, refusals and changes of health: no clamd has more open than it has
     * places, nobody gets one that is down, nor one that refused it and has not answered since, and
     * nobody is left without where there is one.
     */
    @Test
    void placesHoldAndNobodyIsSentWhereNobodyIs() {
        Seeds.forEach(60, ClamdsTest::play);
    }

    private static void play(RandomGenerator random) {
        int[] places = random.ints(random.nextInt(1, 5), 1, 7).toArray();
        TestClamds all = TestClamds.withPlaces(places);
        BackendSlots uploads = all.clamds().uploads();
        List<Slot> held = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            int which = random.nextInt(places.length);
            ClamdHealth health = all.health(which);
            switch (random.nextInt(8)) {
                case 0 -> health.answered();
                case 1 -> health.unanswered("slow");
                case 2 -> {
                    if (!held.isEmpty()) {
                        held.remove(random.nextInt(held.size())).close();
                    }
                }
                case 3 -> refused(uploads, random.nextInt(3), all);
                default -> arrive(uploads, random.nextInt(3), all, places, held);
            }
            List<Integer> byClamd = uploads.heldByClamd();
            for (int i = 0; i < places.length; i++) {
                assertThat(byClamd.get(i)).isBetween(0, places[i]);
            }
            assertThat(uploads.held()).isEqualTo(held.size());
        }
        held.forEach(Slot::close);
        assertThat(uploads.held()).isZero();
    }

    private static void arrive(
            BackendSlots uploads, Object guest, TestClamds all, int[] places, List<Slot> held) {
        List<Integer> before = uploads.heldByClamd();
        Optional<Slot> slot = uploads.request(Owner.ofItself(guest), Weight.of(1)).await(NOW);
        if (slot.isEmpty()) {
            for (int i = 0; i < places.length; i++) {
                // the guest may hold its share there; without it a place would have been found
                boolean usable = all.health(i).isUp() && before.get(i) < places[i];
                assertThat(!usable || before.get(i) >= Math.max(1, places[i] * 3 / 4)).isTrue();
            }
            return;
        }
        assertThat(all.status(slot.get().clamd().endpoint().toString()).up()).isTrue();
        held.add(slot.get());
    }

    private static void refused(BackendSlots uploads, Object guest, TestClamds all) {
        Waiter waiter = uploads.request(Owner.ofItself(guest), Weight.of(1));
        List<String> tried = new ArrayList<>();
        Optional<Slot> slot = waiter.await(NOW);
        while (slot.isPresent()) {
            String name = slot.get().clamd().endpoint().toString();
            assertThat(all.status(name).up()).isTrue();
            assertThat(tried).doesNotContain(name);
            tried.add(name);
            refuse(waiter, slot.get());
            slot = waiter.await(NOW);
        }
    }
}
