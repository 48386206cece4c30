package clamd.vproxy.supervisor.guests.usage;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.testing.ManualWallClock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose usage is known, and when it may be forgotten. */
@Timeout(60)
class UsageBookTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);

    private final ManualWallClock clock = new ManualWallClock();
    private final UsageBook book = new UsageBook(clock);

    private static void scan(DailyUsage usage) {
        assertThat(usage.takeScan(1_000_000)).isTrue();
    }

    @Test
    void aGuestsUsageIsOneObject() {
        scan(book.of(A));
        scan(book.of(A));
        scan(book.of(B));
        assertThat(book.on(TODAY).guests())
                .isEqualTo(
                        Map.of(A, new DailyAmount(TODAY, 0, 2), B, new DailyAmount(TODAY, 0, 1)));
    }

    @Test
    void guestsThatUsedNothingAreLeftOut() {
        assertThat(book.of(A).today().isNone()).isTrue();
        assertThat(book.on(TODAY).guests()).isEmpty();
    }

    @Test
    void theUsageOfAGuestThatIsOffStaysForTheDay() {
        scan(book.of(A));
        book.forgetOtherDays(_ -> false);
        assertThat(book.on(TODAY).guests()).containsKey(A);

        clock.set("2026-03-02T00:00");
        assertThat(book.on(TODAY.plusDays(1)).guests()).isEmpty();
        book.forgetOtherDays(_ -> false);
        assertThat(book.size()).isZero();
    }

    @Test
    void aGuestThatRunsKeepsItsObjectOverTheMidnight() {
        DailyUsage held = book.of(A);
        scan(held);
        clock.set("2026-03-02T00:00");
        book.forgetOtherDays(A::equals);
        assertThat(book.of(A)).isSameAs(held);
        scan(held);
        assertThat(book.on(TODAY.plusDays(1)).guests())
                .containsEntry(A, new DailyAmount(TODAY.plusDays(1), 0, 1));
    }

    @RepeatedTest(300)
    void nothingThatARunningGuestUsesIsForgotten() throws Exception {
        int threads = 4;
        List<UUID> guests = List.of(A, B, new UUID(0, 3), new UUID(0, 4));
        Set<UUID> running = ConcurrentHashMap.newKeySet();
        Map<UUID, Integer> expected = new TreeMap<>();
        AtomicBoolean over = new AtomicBoolean();
        // yesterday's, which may be forgotten at any time
        guests.forEach(guest -> scan(book.of(guest)));
        clock.set("2026-03-02T00:00");
        FutureTask<Integer> forgetting =
                new FutureTask<>(() -> {
                    int rounds = 0;
                    while (!over.get()) {
                        book.forgetOtherDays(running::contains);
                        rounds++;
                    }
                    return rounds;
                });
        Thread.ofPlatform().daemon().name("test-forgetting").start(forgetting);
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            UUID guest = guests.get(thread);
            Random random = new Random(thread);
            FutureTask<Integer> task =
                    new FutureTask<>(() -> {
                        int scans = 0;
                        for (int run = 0; run < 50; run++) {
                            running.add(guest);
                            DailyUsage held = book.of(guest);
                            for (int scan = random.nextInt(3); scan > 0; scan--) {
                                scan(held);
                                scans++;
                            }
                            running.remove(guest);
                        }
                        return scans;
                    });
            tasks.add(task);
            Thread.ofPlatform().daemon().name("test-guest").start(task);
        }
        for (int thread = 0; thread < threads; thread++) {
            expected.put(guests.get(thread), tasks.get(thread).get(30, TimeUnit.SECONDS));
        }
        over.set(true);
        assertThat(forgetting.get(30, TimeUnit.SECONDS)).isNotNegative();
        book.on(TODAY.plusDays(1))
                .guests()
                .forEach((guest, amount) ->
                        assertThat(amount.scans()).isEqualTo(expected.get(guest)));
        assertThat(book.on(TODAY.plusDays(1)).guests()).hasSize(threads);
    }
}
