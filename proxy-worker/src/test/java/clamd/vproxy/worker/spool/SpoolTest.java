package clamd.vproxy.worker.spool;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SpoolTest {
    private static final long UNBOUNDED = Long.MAX_VALUE;
    private static final long LARGEST = 100;
    private static final long FAR = Duration.ofHours(1).toNanos();

    private final ManualClock clock = new ManualClock();

    @Test
    void theOldestUploadAlwaysHasRoom() {
        Spool spool = new Spool(1, clock);
        Spool.Upload oldest = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(1), LARGEST);
        assertThat(oldest.tryTake(60)).isTrue();
        assertThat(oldest.tryTake(40)).isTrue();
        assertThat(spool.heldBytes()).isEqualTo(100);
    }

    @Test
    void theOthersLeaveWhatTheOldestMayGrowTo() {
        Spool spool = new Spool(UNBOUNDED, clock);
        Spool.Upload oldest = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(250), LARGEST);
        Spool.Upload second = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(250), LARGEST);
        Spool.Upload third = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(250), LARGEST);
        assertThat(second.tryTake(90)).isTrue();
        assertThat(third.tryTake(61)).isFalse();
        assertThat(third.tryTake(60)).isTrue();
        assertThat(oldest.tryTake(100)).isTrue();
        assertThat(spool.heldBytes(Owner.ofItself("a"))).isEqualTo(250);
    }

    @Test
    void theNextOldestGoesOnWhenTheOldestEnds() {
        Spool spool = new Spool(UNBOUNDED, clock);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        Spool.Upload second =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        assertThat(oldest.tryTake(10)).isTrue();
        assertThat(second.tryTake(1)).isFalse();
        oldest.close();
        assertThat(second.tryTake(100)).isTrue();
        assertThat(spool.heldBytes()).isEqualTo(100);
    }

    @Test
    void oneGuestsBoundIsNothingToAnother() {
        Spool spool = new Spool(UNBOUNDED, clock);
        assertThat(spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(1), LARGEST).tryTake(100))
                .isTrue();
        Spool.Upload waiting = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(1), LARGEST);
        assertThat(waiting.tryTake(1)).isFalse();
        assertThat(spool.open(Owner.ofItself("b"), Spool.Bounds.ofGuest(1), LARGEST).tryTake(100))
                .isTrue();
    }

    @Test
    void allGuestsShareTheHostsBound() {
        Spool spool = new Spool(150, clock);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        Spool.Upload other =
                spool.open(Owner.ofItself("b"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        // three quarters of what there is beside the oldest
        assertThat(other.tryTake(38)).isFalse();
        assertThat(other.tryTake(37)).isTrue();
        oldest.close();
        assertThat(other.tryTake(63)).isTrue();
    }

    @Test
    void oneGuestCannotFillTheHostsSpool() {
        Spool spool = new Spool(1000, clock);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("b"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        for (int i = 0; i < 6; i++) {
            assertThat(
                            spool.open(
                                            Owner.ofItself("a"),
                                            Spool.Bounds.ofGuest(UNBOUNDED),
                                            LARGEST)
                                    .tryTake(100))
                    .isTrue();
        }
        Spool.Upload last =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        assertThat(last.tryTake(76)).as("beyond three quarters of 900").isFalse();
        assertThat(last.tryTake(75)).isTrue();
        assertThat(
                        spool.open(Owner.ofItself("b"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST)
                                .tryTake(100))
                .isTrue();
        assertThat(oldest.tryTake(100)).isTrue();
    }

    @Test
    void aGuestWithATinyOldestUploadCannotTakeAllRemainingRoom() {
        for (long bound : new long[] {2 * LARGEST, 3 * LARGEST, 4 * LARGEST, 40 * LARGEST}) {
            for (int hostile = 1; hostile <= 3; hostile++) {
                Spool spool = new Spool(bound, clock);
                assertThat(
                                spool.open(
                                                Owner.ofItself(0),
                                                Spool.Bounds.ofGuest(UNBOUNDED),
                                                LARGEST)
                                        .tryTake(2))
                        .isTrue();
                for (int i = 0; i < 200; i++) {
                    Owner owner = Owner.ofItself(i % hostile);
                    Spool.Upload upload =
                            spool.open(owner, Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
                    for (int taken = 0; taken < LARGEST && upload.tryTake(1); taken++) {
                        // until it is full, or there is no room
                    }
                }
                Spool.Upload victim =
                        spool.open(
                                Owner.ofItself("victim"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
                assertThat(victim.tryTake(1)).as("%d of %d", bound, hostile).isTrue();
            }
        }
    }

    @Test
    void theOldestUploadOfATenantTakesNoRoomFromItsOtherGuests() {
        Spool spool = new Spool(2 * LARGEST, clock);
        Spool.Upload oldest =
                spool.open(new Owner("tenant", "a"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        assertThat(oldest.tryTake(LARGEST)).isTrue();
        Spool.Upload other =
                spool.open(new Owner("tenant", "b"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        assertThat(other.tryTake(LARGEST / 2)).isTrue();
    }

    @Test
    void upToThreeGuestsOfATenantLeaveRoomToItsOtherGuests() {
        for (int hostile = 1; hostile <= 3; hostile++) {
            Spool spool = new Spool(40 * LARGEST, clock);
            for (int i = 0; i < 200; i++) {
                Spool.Upload upload =
                        spool.open(
                                new Owner("tenant", i % hostile),
                                Spool.Bounds.ofGuest(UNBOUNDED),
                                LARGEST);
                for (int taken = 0; taken < LARGEST && upload.tryTake(1); taken++) {
                    // until it is full, or there is no room
                }
            }
            Spool.Upload victim =
                    spool.open(
                            new Owner("tenant", "victim"),
                            Spool.Bounds.ofGuest(UNBOUNDED),
                            LARGEST);
            assertThat(victim.tryTake(1)).as("beside %d", hostile).isTrue();
        }
    }

    @Test
    void theLargestThatMayBecomeTheOldestIsLeftItsRoom() {
        Spool spool = new Spool(1000, clock);
        Spool.Upload oldest = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(UNBOUNDED), 100);
        Spool.Upload large = spool.open(Owner.ofItself("b"), Spool.Bounds.ofGuest(UNBOUNDED), 700);
        assertThat(large.tryTake(226)).as("beyond three quarters of 300").isFalse();
        assertThat(large.tryTake(225)).isTrue();
        oldest.close();
        assertThat(large.tryTake(475)).isTrue();
        assertThat(spool.heldBytes()).isEqualTo(700);
    }

    @Test
    void nothingAlwaysHasRoom() {
        Spool spool = new Spool(1, clock);
        Spool.Upload oldest = spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(1), LARGEST);
        assertThat(oldest.tryTake(1)).isTrue();
        assertThat(spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(1), LARGEST).tryTake(0))
                .isTrue();
    }

    @Test
    void anUploadIsClosedOnce() {
        Spool spool = new Spool(UNBOUNDED, clock);
        Spool.Upload upload =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(UNBOUNDED), LARGEST);
        assertThat(upload.tryTake(7)).isTrue();
        upload.close();
        upload.close();
        assertThat(spool.heldBytes()).isZero();
        assertThat(spool.heldBytes(Owner.ofItself("a"))).isZero();
    }

    @Test
    void aWaitingUploadGoesOnWhenAnotherEnds() throws Exception {
        Spool spool = new Spool(UNBOUNDED, System::nanoTime);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        Spool.Upload waiting =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        CompletableFuture<Boolean> taken = taking(waiting);
        oldest.close();
        assertThat(taken.get()).isTrue();
        assertThat(spool.heldBytes(Owner.ofItself("a"))).isEqualTo(10);
    }

    @Test
    void aWithdrawnWaitEndsWithNothing() throws Exception {
        Spool spool = new Spool(UNBOUNDED, System::nanoTime);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        Spool.Upload waiting =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        CompletableFuture<Boolean> taken = taking(waiting);
        waiting.withdraw();
        assertThat(taken.get()).isFalse();
        assertThat(spool.heldBytes()).isZero();
        oldest.close();
        assertThat(waiting.take(10, System.nanoTime() + FAR)).as("withdrawn before").isFalse();
    }

    @Test
    void aWaitEndsAtItsDeadline() {
        Spool spool = new Spool(UNBOUNDED, clock);
        Spool.Upload oldest =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        Spool.Upload waiting =
                spool.open(Owner.ofItself("a"), Spool.Bounds.ofGuest(LARGEST), LARGEST);
        assertThat(waiting.take(1, clock.getAsLong())).isFalse();
        oldest.close();
        assertThat(waiting.take(1, clock.getAsLong())).as("there is room").isTrue();
    }

    /** Takes ten bytes on a thread of its own, which waits when this returns. */
    private static CompletableFuture<Boolean> taking(Spool.Upload upload) throws Exception {
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> taken.complete(upload.take(10, System.nanoTime() + FAR)));
        Eventually.holds("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        return taken;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theBoundsAlwaysHoldAndSomeUploadContinues(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        long guestBytes = LARGEST + random.nextInt(300);
        long hostBytes = guestBytes + random.nextInt(500);
        Spool spool = new Spool(hostBytes, clock);
        List<Sent> open = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (open.isEmpty() || random.nextInt(5) == 0) {
                String guest = "guest " + random.nextInt(4);
                open.add(
                        new Sent(
                                spool.open(
                                        Owner.ofItself(guest),
                                        Spool.Bounds.ofGuest(guestBytes),
                                        LARGEST)));
            } else if (random.nextInt(6) == 0) {
                open.remove(random.nextInt(open.size())).upload.close();
            } else {
                open.get(random.nextInt(open.size())).send(random.nextInt(40));
            }
            assertThat(spool.heldBytes())
                    .isLessThanOrEqualTo(hostBytes)
                    .isEqualTo(open.stream().mapToLong(sent -> sent.bytes).sum());
            for (int guest = 0; guest < 4; guest++) {
                assertThat(spool.heldBytes(Owner.ofItself("guest " + guest)))
                        .isLessThanOrEqualTo(guestBytes);
            }
            assertThat(open.isEmpty() || open.getFirst().send(1)).as("one upload goes on").isTrue();
        }
        open.forEach(sent -> sent.upload.close());
        assertThat(spool.heldBytes()).isZero();
    }

    /** An upload that never sends more than it may. */
    private static final class Sent {
        private final Spool.Upload upload;
        private long bytes;

        Sent(Spool.Upload upload) {
            this.upload = upload;
        }

        boolean send(long more) {
            if (bytes + more > LARGEST) {
                return true;
            }
            boolean sent = upload.tryTake(more);
            bytes += sent ? more : 0;
            return sent;
        }
    }
}
