package clamd.vproxy.worker.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.fair.Simulation.Stream;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scan queue's single rules: lanes, credit, debt and what a scan costs. */
class ScanQueueTest {
    private static final long SMALL = ScanQueue.SMALL_STREAM_BYTES;
    private static final long LARGE = 100L << 20;

    @Test
    void aSmallStreamNeverWaitsBehindAQueueOfLargeOnes() {
        Simulation clamd = new Simulation(2);
        for (int i = 0; i < 50; i++) {
            clamd.joins("a", 1000, LARGE, 30);
        }

        assertThat(clamd.joins("b", 1, SMALL, 0.1).waited()).isZero();
        assertThat(clamd.scanning()).hasSize(2);
    }

    @Test
    void aGuestsOwnSmallStreamDoesNotWaitBehindItsLargeOnes() {
        Simulation clamd = new Simulation(2);
        for (int i = 0; i < 50; i++) {
            clamd.joins("a", 1, LARGE, 30);
        }

        assertThat(clamd.joins("a", 1, SMALL, 0.1).waited()).isZero();
    }

    @Test
    void aByteMoreThanAMebibyteIsLarge() {
        Simulation clamd = new Simulation(2);
        clamd.joins("a", 1, LARGE, 30);

        assertThat(clamd.joins("b", 1, SMALL + 1, 1).granted).isNegative();
    }

    @Test
    void theLastSlotStaysFreeOfLargeStreamsAndTheOthersDoNot() {
        Simulation clamd = new Simulation(5);
        for (int i = 0; i < 10; i++) {
            clamd.joins("a", 1, LARGE, 10);
        }

        assertThat(clamd.scanning()).hasSize(4);
    }

    @Test
    void withOneSlotSmallStreamsGoFirstUntilTheyAreAheadByTheirHeadStart() {
        Simulation clamd = new Simulation(1);
        clamd.joins("a", 1, LARGE, 5);
        Stream large = clamd.joins("b", 1, LARGE, 5);
        List<Stream> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(clamd.joins("c", 1, SMALL, 0.25));
        }
        clamd.runUntil(1000);

        long before = small.stream().filter(stream -> stream.granted < large.granted).count();
        assertThat(before).isBetween(4L, 8L);
    }

    @Test
    void withOneSlotALargeStreamIsNotStarvedByItsOwnGuestsSmallOnes() {
        Simulation clamd = new Simulation(1);
        clamd.joins("a", 1, SMALL, 1);
        Stream large = clamd.joins("a", 1, LARGE, 5);
        for (int i = 0; i < 100; i++) {
            clamd.joins("a", 1, SMALL, 1);
        }
        clamd.runUntil(1000);

        assertThat(large.waited()).isBetween(8.0, 10.0);
    }

    @Test
    void withOneSlotAnEndlessRowOfSmallStreamsLetsLargeOnesThrough() {
        Simulation clamd = new Simulation(1);
        for (int i = 0; i < 3; i++) {
            smallForEver(clamd, "small-" + i);
        }
        List<Stream> large = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            large.add(clamd.joins("b", 1, LARGE, 4));
        }
        clamd.runUntil(400);

        assertThat(large).allMatch(stream -> stream.ended > 0);
    }

    private static void smallForEver(Simulation clamd, String guest) {
        clamd.joins(guest, 1, SMALL, 0.01).whenEnded(() -> smallForEver(clamd, guest));
    }

    @Test
    void withOneSlotManyGuestsPassALargeStreamForNoLongerThanOneDoes() {
        Simulation clamd = new Simulation(1);
        for (int i = 0; i < 20; i++) {
            heavyForEver(clamd, "small-" + i);
        }
        List<Stream> large = new ArrayList<>();
        clamd.in(30, () -> large.add(clamd.joins("victim", 1, LARGE, 1)));
        clamd.runUntil(100);

        assertThat(large.getFirst().waited()).isBetween(0.0, 1.5);
    }

    private static void heavyForEver(Simulation clamd, String guest) {
        clamd.joins(guest, 10, SMALL, 0.02).whenEnded(() -> heavyForEver(clamd, guest));
    }

    @Test
    void timeWithoutStreamsGivesNoCredit() {
        Simulation clamd = new Simulation(1);
        clamd.joins("late", 1, LARGE, 1);
        List<Stream> busy = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            busy.add(clamd.joins("busy", 1, LARGE, 1));
        }
        clamd.runUntil(200.5);
        List<Stream> late = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            late.add(clamd.joins("late", 1, LARGE, 1));
        }
        clamd.runUntil(300.5);

        assertThat(clamd.used(late, "late", 200.5)).isBetween(45.0, 55.0);
        assertThat(clamd.used(busy, "busy", 200.5)).isBetween(45.0, 55.0);
    }

    @Test
    void scansOfALoneGuestCountAgainstItOnlyBriefly() {
        Simulation clamd = new Simulation(1);
        for (int i = 0; i < 10; i++) {
            clamd.joins("a", 1, LARGE, 100);
        }
        clamd.runUntil(999);
        for (int i = 0; i < 200; i++) {
            clamd.joins("b", 1, LARGE, 1);
        }
        Stream again = clamd.joins("a", 1, LARGE, 1);
        clamd.runUntil(3000);

        assertThat(again.waited()).isLessThan(ScanQueue.DEBT_SECONDS + 10);
    }

    @Test
    void aScanThatLastsIsPaidForWhileItRuns() {
        Simulation clamd = new Simulation(3);
        clamd.joins("a", 1, 1, 1000);
        clamd.joins("a", 1, 1, 1000);
        List<Stream> a = new ArrayList<>();
        List<Stream> b = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            a.add(clamd.joins("a", 1, 1, 1));
            b.add(clamd.joins("b", 1, 1, 1));
        }
        clamd.runUntil(90);

        assertThat(clamd.used(b, "b", 0)).isGreaterThan(80);
        assertThat(clamd.used(a, "a", 0)).isLessThan(10);
    }

    @Test
    void theGuessOfAScansTimeFollowsWhatScansTook() {
        ScanRate rate = new ScanRate();
        assertThat(rate.guess(20 << 20)).isBetween(1.0, 1.1);
        for (int i = 0; i < 500; i++) {
            rate.learn(1 << 20, 1);
        }
        assertThat(rate.guess(2 << 20)).isBetween(1.9, 2.1);
        assertThat(rate.guess(Long.MAX_VALUE)).isEqualTo(ScanRate.LONGEST_GUESS_SECONDS);
    }

    @Test
    void manySmallScansDoNotMakeLargeOnesLookSlow() {
        ScanRate rate = new ScanRate();
        for (int i = 0; i < 500; i++) {
            rate.learn(4096, 0.004);
        }
        assertThat(rate.guess(LARGE)).isLessThan(ScanRate.LONGEST_GUESS_SECONDS);
        assertThat(rate.guess(0)).isEqualTo(ScanRate.FIXED_SECONDS);
    }

    @Test
    void endingWhatHasEndedGivesNoSecondSlot() {
        ScanQueue queue = new ScanQueue(1);
        ScanTicket first = queue.join(Owner.ofItself("a"), Weight.of(1), 1, 0);
        assertThat(queue.grantNext(0)).contains(first);
        ScanTicket second = queue.join(Owner.ofItself("a"), Weight.of(1), 1, 0);
        queue.end(first, 1);
        assertThat(queue.grantNext(1)).contains(second);
        queue.end(first, 2);
        queue.join(Owner.ofItself("a"), Weight.of(1), 1, 2);

        assertThat(queue.grantNext(2)).isEmpty();
        assertThat(queue.scanning()).isEqualTo(1);
    }

    @Test
    void noSlotAndNoWeightAreRefused() {
        assertThatThrownBy(() -> new ScanQueue(0))
                .hasMessage("at least one scan slot is needed, not 0");
        assertThatThrownBy(() -> new ScanQueue(1).join(Owner.ofItself("a"), Weight.of(0), 1, 0))
                .hasMessage("weights must be at least 1, not 0 and 0");
    }

    @Test
    void longScansOfOneTenantLeaveAQuarterOfTheSlotsToOthers() {
        for (int slots : new int[] {4, 8, 16, 24}) {
            Simulation clamd = new Simulation(slots);
            for (int i = 0; i < 2 * slots; i++) {
                clamd.joins("hostile", 1, 6700, 120);
            }
            assertThat(clamd.scanning()).as("of %d slots", slots).hasSize(slots / 4 * 3);
            assertThat(clamd.joins("victim", 1, 6700, 0.004).waited()).isZero();
        }
    }

    @Test
    void twoColludingTenantsLeaveTheLastOfEightSlotsToANewcomer() {
        Simulation clamd = new Simulation(8);
        for (int i = 0; i < 16; i++) {
            clamd.joins("hostile-1", 1, 6700, 120);
        }
        for (int i = 0; i < 16; i++) {
            clamd.joins("hostile-2", 1, 6700, 120);
        }
        assertThat(clamd.joins("victim", 1, 6700, 0.004).waited()).isZero();
    }

    @Test
    void upToThreeColludingTenantsLeaveASlotToANewcomerWhereClamdHasTwoThreadsToLend() {
        for (int slots : new int[] {4, 5, 8, 10, 24}) {
            for (int tenants = 1; tenants <= 3; tenants++) {
                for (long bytes : new long[] {6700, LARGE}) {
                    Simulation clamd = new Simulation(slots, 2);
                    for (int i = 0; i < 2 * slots * tenants; i++) {
                        clamd.joins("hostile-" + i % tenants, 1, bytes, 120);
                    }
                    assertThat(clamd.joins("victim", 1, 6700, 0.004).waited())
                            .as("%d slots, %d tenants, %d bytes", slots, tenants, bytes)
                            .isZero();
                }
            }
        }
    }

    @Test
    void oneGuestOfATenantLeavesASlotToItsOtherGuests() {
        for (int slots : new int[] {4, 5, 8, 10, 24}) {
            Simulation clamd = new Simulation(slots, 2);
            for (int i = 0; i < 2 * slots; i++) {
                clamd.joins(new Owner("tenant", "hostile"), 1, 6700, 120);
            }
            assertThat(clamd.scanning()).as("of %d slots", slots).hasSizeGreaterThan(1);
            assertThat(clamd.joins(new Owner("tenant", "victim"), 1, 6700, 0.004).waited())
                    .as("%d slots", slots)
                    .isZero();
        }
    }

    @Test
    void upToThreeGuestsOfATenantLeaveASlotOfTenOrMoreToItsOtherGuests() {
        for (int slots : new int[] {10, 16, 24}) {
            for (int guests = 1; guests <= 3; guests++) {
                Simulation clamd = new Simulation(slots, 2);
                for (int i = 0; i < 2 * slots * guests; i++) {
                    clamd.joins(new Owner("tenant", i % guests), 1, 6700, 120);
                }
                assertThat(clamd.joins(new Owner("tenant", "victim"), 1, 6700, 0.004).waited())
                        .as("%d slots, %d guests", slots, guests)
                        .isZero();
            }
        }
    }

    @Test
    void thirtyGuestsOfEachOfThreeTenantsLeaveASlotToANewcomer() {
        for (int slots : new int[] {4, 5, 8, 10, 24}) {
            Simulation clamd = new Simulation(slots, 2);
            for (int tenant = 0; tenant < 3; tenant++) {
                for (int i = 0; i < 90; i++) {
                    clamd.joins(new Owner("hostile-" + tenant, i % 30), 1, 6700, 120);
                }
            }
            assertThat(clamd.joins("victim", 1, 6700, 0.004).waited())
                    .as("%d slots", slots)
                    .isZero();
        }
    }

    @Test
    void noTenantKeepsASlotThatWasLent() {
        Simulation clamd = new Simulation(4, 2);
        for (int i = 0; i < 40; i++) {
            clamd.joins("hostile-" + i % 4, 1, 6700, 10);
        }
        clamd.runUntil(5);
        assertThat(clamd.scanning()).hasSizeBetween(4, 6);
        clamd.runUntil(1000);
        assertThat(clamd.waiting()).isEmpty();
    }

    @Test
    void aTenantWithManyGuestsHasNoMoreScanSecondsThanATenantWithOne() {
        Simulation clamd = new Simulation(2);
        double[] done = new double[2];
        for (int guest = 0; guest < 20; guest++) {
            again(clamd, new Owner("many", guest), done, 0);
        }
        for (int i = 0; i < 20; i++) {
            again(clamd, new Owner("one", "guest"), done, 1);
        }
        clamd.runUntil(1000);

        assertThat(done[1] / (done[0] + done[1])).isBetween(0.45, 0.55);
    }

    /** Queues a stream again and again, as soon as the one before was scanned. */
    private static void again(Simulation clamd, Owner owner, double[] done, int index) {
        clamd.joins(owner, 1, SMALL, 1)
                .whenEnded(() -> {
                    done[index]++;
                    again(clamd, owner, done, index);
                });
    }
}
