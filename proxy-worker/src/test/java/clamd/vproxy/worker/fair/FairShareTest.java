package clamd.vproxy.worker.fair;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.fair.Simulation.Stream;
import clamd.vproxy.worker.testing.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for the scan queue whatever the guests do, on virtual time with many guests. */
@Tag("slow")
class FairShareTest {
    private static final long MEBIBYTE = 1L << 20;

    /** Guests that always have streams waiting, each of its own weight and kind of file. */
    private static final class Crowd {
        final Simulation clamd;
        final RandomGenerator random;
        final List<Stream> streams = new ArrayList<>();
        final int[] weights;

        Crowd(RandomGenerator random, int slots, int guests) {
            this.random = random;
            this.clamd = new Simulation(slots);
            this.weights = new int[guests];
            for (int guest = 0; guest < guests; guest++) {
                weights[guest] = random.nextInt(1, 11);
                double mean = 0.02 * Math.pow(50, random.nextDouble());
                // streams enough to fill every slot and still have some that wait
                for (int stream = 0; stream < 2 * slots + 2; stream++) {
                    joinsForEver(guest, mean);
                }
            }
        }

        private void joinsForEver(int guest, double meanSeconds) {
            double seconds = meanSeconds * random.nextDouble(0.2, 1.8);
            long bytes = MEBIBYTE + 1 + (long) (random.nextDouble() * seconds * 30 * MEBIBYTE);
            Stream stream = clamd.joins("guest-" + guest, weights[guest], bytes, seconds);
            streams.add(stream.whenEnded(() -> joinsForEver(guest, meanSeconds)));
        }

        void assertSharesFollowWeights(double from) {
            double all = 0;
            int sum = 0;
            for (int guest = 0; guest < weights.length; guest++) {
                all += clamd.used(streams, "guest-" + guest, from);
                sum += weights[guest];
            }
            for (int guest = 0; guest < weights.length; guest++) {
                double fair = all * weights[guest] / sum;
                assertThat(clamd.used(streams, "guest-" + guest, from))
                        .as("guest %d of weight %d", guest, weights[guest])
                        .isBetween(0.9 * fair, 1.1 * fair);
            }
        }
    }

    @Test
    void sharesAreWithinTenPercentOfTheWeightsOverAnyLongWindow() {
        Seeds.forEach(
                20,
                random -> {
                    Crowd crowd = new Crowd(random, random.nextInt(1, 9), random.nextInt(2, 13));
                    for (double from = 0; from < 2400; from += 600) {
                        crowd.clamd.runUntil(from + random.nextDouble(500, 600));
                        crowd.assertSharesFollowWeights(from);
                        crowd.clamd.runUntil(from + 600);
                    }
                });
    }

    @Test
    void guestsThatComeAndGoDoNotMoveTheSharesOfThoseThatStay() {
        Seeds.forEach(
                20,
                random -> {
                    Crowd crowd = new Crowd(random, random.nextInt(2, 9), random.nextInt(2, 6));
                    comesAndGoes(crowd, 0);
                    comesAndGoes(crowd, 1);
                    crowd.clamd.runUntil(1200);
                    crowd.assertSharesFollowWeights(0);
                });
    }

    private static void comesAndGoes(Crowd crowd, int visitor) {
        RandomGenerator random = crowd.random;
        int weight = random.nextInt(1, 11);
        for (int i = random.nextInt(1, 20); i > 0; i--) {
            double seconds = random.nextDouble(0.001, 0.5);
            long bytes = random.nextLong(1, 3 * MEBIBYTE);
            Stream stream = crowd.clamd.joins("visitor-" + visitor, weight, bytes, seconds);
            if (random.nextBoolean()) {
                crowd.clamd.in(random.nextDouble(), () -> crowd.clamd.leaves(stream));
            }
        }
        crowd.clamd.in(random.nextDouble(0.1, 20), () -> comesAndGoes(crowd, visitor));
    }

    @Test
    void nobodyStarvesAndNoSlotIsLostWhateverTheOrderOfArrivalsDeathsAndTimeouts() {
        Seeds.forEach(300, FairShareTest::playAnyOrder);
    }

    private static void playAnyOrder(RandomGenerator random) {
        Simulation clamd = new Simulation(random.nextInt(1, 6));
        List<Stream> streams = new ArrayList<>();
        Set<Stream> gone = new HashSet<>();
        double until = 60;
        for (int i = 0; i < 400; i++) {
            clamd.in(
                    random.nextDouble(until),
                    () -> {
                        Stream stream =
                                clamd.joins(
                                        "guest-" + random.nextInt(8),
                                        random.nextInt(1, 1000),
                                        random.nextLong(1L << random.nextInt(1, 30)),
                                        random.nextInt(20) == 0 ? 20 : random.nextDouble(2));
                        streams.add(stream);
                        if (random.nextInt(5) == 0) {
                            clamd.in(random.nextDouble(10), () -> leaves(clamd, stream, gone));
                        }
                    });
        }
        for (int i = 0; i < 3; i++) {
            clamd.in(random.nextDouble(until), () -> dies(clamd, random.nextInt(8), gone));
        }
        clamd.runToTheEnd();

        assertThat(streams).hasSize(400);
        assertThat(streams).allMatch(stream -> stream.ended >= 0 || gone.contains(stream));
        assertThat(clamd.queue.scanning() + clamd.queue.waiting()).isZero();
        assertThat(clamd.queue.accounts()).as("guests remembered").isZero();
    }

    private static void leaves(Simulation clamd, Stream stream, Set<Stream> gone) {
        if (clamd.waiting().contains(stream)) {
            gone.add(stream);
        }
        clamd.leaves(stream);
    }

    private static void dies(Simulation clamd, int guest, Set<Stream> gone) {
        clamd.waiting().stream()
                .filter(stream -> stream.guest.equals("guest-" + guest))
                .forEach(stream -> leaves(clamd, stream, gone));
    }

    @Test
    void aHundredStreamsOfOneGuestDelayAnothersFileByTheRunningScansOnly() {
        Seeds.forEach(
                200,
                random -> {
                    int slots = random.nextInt(1, 9);
                    Simulation clamd = new Simulation(slots);
                    // with one slot, small streams have a head start besides
                    long shortest = slots == 1 ? MEBIBYTE + 1 : 1;
                    for (int i = 0; i < 100; i++) {
                        long bytes = random.nextLong(shortest, 100 * MEBIBYTE);
                        clamd.joins("noisy", random.nextInt(1, 11), bytes, random.nextDouble(30));
                    }
                    clamd.runUntil(random.nextDouble(60));
                    double runningEnds =
                            clamd.scanning().stream()
                                    .mapToDouble(one -> one.granted + one.scanSeconds)
                                    .max()
                                    .orElse(0);
                    Stream quiet = clamd.joins("quiet", 1, random.nextLong(100 * MEBIBYTE), 1);
                    clamd.runToTheEnd();

                    assertThat(quiet.granted).isLessThanOrEqualTo(runningEnds + 1e-6);
                });
    }

    @Test
    void aGuestWithAFileNowAndThenIsNextEachTime() {
        Seeds.forEach(
                50,
                random -> {
                    Crowd crowd = new Crowd(random, 4, 3);
                    List<Stream> quiet = new ArrayList<>();
                    for (int i = 0; i < 100; i++) {
                        crowd.clamd.in(
                                i * 5,
                                () -> quiet.add(crowd.clamd.joins("quiet", 1, 65_536, 0.02)));
                    }
                    crowd.clamd.runUntil(600);

                    assertThat(quiet).hasSize(100);
                    assertThat(quiet).allMatch(stream -> stream.waited() < 0.001);
                });
    }
}
