package clamd.vproxy.worker.daily;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.testing.ManualWallClock;
import clamd.vproxy.worker.testing.Seeds;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many sessions of one guest at once: what they were given is what is counted. */
@Timeout(120)
class DailyUsagePropertyTest {
    private static final int THREADS = 8;

    /** What one session got. */
    private record Got(long bytes, int scans, boolean refused) {}

    @Test
    void whatIsTakenNeverPassesTheLimitAndNothingIsLost() {
        Seeds.forEach(
                150,
                random -> {
                    DailyUsage usage = new DailyUsage(new ManualWallClock());
                    long bytes = random.nextLong(2_000_000);
                    int scans = random.nextInt(3_000);
                    List<Got> all = together(random, seed -> session(usage, seed, bytes, scans));

                    long takenBytes = all.stream().mapToLong(Got::bytes).sum();
                    int takenScans = all.stream().mapToInt(Got::scans).sum();
                    DailyAmount today = usage.today();
                    assertThat(takenBytes).isLessThanOrEqualTo(bytes);
                    assertThat(takenScans).isLessThanOrEqualTo(scans);
                    assertThat(today.scans()).isEqualTo(takenScans);
                    boolean refused = all.stream().anyMatch(Got::refused);
                    assertThat(today.bytes()).isEqualTo(refused ? bytes : takenBytes);
                });
    }

    @Test
    void theLastScanIsTakenOnce() {
        Seeds.forEach(
                300,
                random -> {
                    DailyUsage usage = new DailyUsage(new ManualWallClock());
                    List<Got> all =
                            together(random, _ -> new Got(0, usage.takeScan(1) ? 1 : 0, false));
                    assertThat(all.stream().mapToInt(Got::scans).sum()).isEqualTo(1);
                });
    }

    @Test
    void overAMidnightEachDayCountsToItsOwnLimit() {
        Seeds.forEach(
                300,
                random -> {
                    ManualWallClock clock = new ManualWallClock();
                    DailyUsage usage = new DailyUsage(clock);
                    AtomicInteger calls = new AtomicInteger();
                    int limit = 1 + random.nextInt(500);
                    List<Got> all =
                            together(
                                    random,
                                    _ -> {
                                        int got = 0;
                                        for (int call = 0; call < 400; call++) {
                                            if (calls.incrementAndGet() == 1_600) {
                                                clock.set("2026-03-02T00:00");
                                            }
                                            got += usage.takeScan(limit) ? 1 : 0;
                                        }
                                        return new Got(0, got, false);
                                    });
                    int taken = all.stream().mapToInt(Got::scans).sum();
                    DailyAmount today = usage.today();
                    assertThat(today.date()).isEqualTo(LocalDate.parse("2026-03-02"));
                    assertThat(today.scans()).isBetween(1, limit);
                    // what was counted on the day before
                    assertThat(taken - today.scans()).isBetween(0, limit);
                });
    }

    private static Got session(DailyUsage usage, long seed, long bytes, int scans) {
        RandomGenerator random = Seeds.random(seed);
        long gotBytes = 0;
        int gotScans = 0;
        boolean refused = false;
        for (int call = 0; call < 500; call++) {
            int count = random.nextInt(2_000);
            if (usage.takeBytes(count, bytes)) {
                gotBytes += count;
            } else {
                refused = true;
            }
            gotScans += usage.takeScan(scans) ? 1 : 0;
        }
        return new Got(gotBytes, gotScans, refused);
    }

    private interface Work {
        Got run(long seed);
    }

    private static List<Got> together(RandomGenerator random, Work work) {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<FutureTask<Got>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            long seed = random.nextLong();
            FutureTask<Got> task =
                    new FutureTask<>(() -> {
                        start.await(30, TimeUnit.SECONDS);
                        return work.run(seed);
                    });
            tasks.add(task);
            Thread.ofPlatform().daemon().name("test-usage").start(task);
        }
        List<Got> all = new ArrayList<>();
        for (FutureTask<Got> task : tasks) {
            try {
                all.add(task.get(60, TimeUnit.SECONDS));
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }
        return all;
    }
}
