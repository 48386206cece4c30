package clamd.vproxy.worker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.testing.FakeClamd;
import clamd.vproxy.worker.testing.Seeds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the memory keeps, for whom, and until when. */
@Timeout(60)
class VerdictMemoryTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST = 1000;

    @TempDir Path folder;
    private FakeClamd clamd;
    private SignatureWatch watch;
    private VerdictMemory memory;
    private final AtomicInteger signatures = new AtomicInteger(1);

    @BeforeEach
    void start() throws IOException {
        clamd =
                FakeClamd.onUnixSocket(folder)
                        .is(conversation -> {
                            conversation.readRequest();
                            conversation.write(version(signatures.get()) + "\0");
                        });
        Clamds clamds =
                new Clamds(
                        List.of(
                                new Clamd(
                                        SocketEndpoint.parse(clamd.endpoint(), System::nanoTime),
                                        1,
                                        1,
                                        new ScanSlots(1, System::nanoTime),
                                        ClamdTimes.standard())),
                        HealthTimes.standard(),
                        System::nanoTime,
                        Clock.systemUTC());
        watch = new SignatureWatch(clamds.versions(), _ -> Optional.of(""), System::nanoTime);
        memory = new VerdictMemory(MOST, watch, System::nanoTime);
        watch.ask();
        Thread.ofPlatform().daemon().name("test-signatures").start(watch);
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        clamd.close();
    }

    private static String version(int number) {
        return "ClamAV 1.4.6/" + number + "/Sun Nov 22 04:30:45 2026";
    }

    private static StreamKey key(long content) {
        return new StreamKey(content * 0x9E3779B97F4A7C15L, content, 0);
    }

    private Recall scan(Object scope, long content) {
        Recall recall = memory.recall(scope, key(content), HOUR);
        assertThat(recall.await(System.nanoTime())).isEmpty();
        return recall;
    }

    private void scanned(Object scope, long content) {
        try (Recall recall = scan(scope, content)) {
            recall.scanned(Optional.empty());
        }
    }

    private boolean remembers(Object scope, long content) {
        return memory.recall(scope, key(content), HOUR).find().isPresent();
    }

    @Test
    void aGuestThatFillsTheMemoryEvictsNothingOfAnother() {
        for (int content = 0; content < MOST / 3; content++) {
            scanned("modest", content);
        }
        for (int content = 0; content < 20 * MOST; content++) {
            scanned("greedy", content);
        }
        watch.ask();

        for (int content = 0; content < MOST / 3; content++) {
            assertThat(remembers("modest", content)).as("content %d", content).isTrue();
        }
        assertThat(memory.entries()).isBetween(MOST * 9L / 10, (long) MOST);
        assertThat(memory.counts().evictions()).isGreaterThan(18L * MOST);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void aFullMemoryCostsNoMoreThan128BytesForEachVerdict(int scopes) {
        int most = 1 << 17;
        VerdictMemory full = new VerdictMemory(most, watch, System::nanoTime);
        long before = usedHeap();
        for (int content = 0; content < 2 * most; content++) {
            try (Recall recall = full.recall(content % scopes, key(content), HOUR)) {
                assertThat(recall.await(System.nanoTime())).isEmpty();
                recall.scanned(
                        content % 3 == 0
                                ? Optional.of("Malware-" + content % 7)
                                : Optional.empty());
            }
        }
        double each = (usedHeap() - before) / (double) full.entries();

        assertThat(full.entries()).isBetween(most * 9L / 10, (long) most);
        System.out.printf(Locale.ROOT, "a verdict in one of %d scopes: %.1f bytes%n", scopes, each);
        assertThat(each).isBetween(40.0, 128.0);
    }

    /** The used heap after a garbage collection. */
    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least =
                    Math.min(
                            least,
                            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Test
    void verdictsOfOneGuestAreForgottenWhenItsRunEnds() {
        Owner one = new Owner("tenant", "run 1");
        scanned(one, 1);
        scanned(new Owner("tenant", "run 2"), 1);
        scanned("tenant", 1);
        watch.ask();

        assertThat(memory.clearGuest("run 1")).isEqualTo(1);
        assertThat(remembers(one, 1)).isFalse();
        assertThat(remembers(new Owner("tenant", "run 2"), 1)).isTrue();
        assertThat(remembers("tenant", 1)).isTrue();
    }

    @Test
    void whatIsClearedIsForgottenForThatScopeAlone() {
        scanned("one", 1);
        scanned("two", 1);
        watch.ask();

        assertThat(memory.clear("one"::equals)).isEqualTo(1);
        assertThat(remembers("one", 1)).isFalse();
        assertThat(remembers("two", 1)).isTrue();
    }

    @Test
    void aVerdictOfReplacedSignaturesIsNeverReturnedInAnyOrderOfEvents() {
        Seeds.forEach(
                100,
                random -> {
                    History history = new History();
                    for (int step = 0; step < 50; step++) {
                        history.step(random);
                    }
                    history.end();
                });
        assertThat(memory.counts().hits()).as("the orders had hits").isGreaterThan(100);
    }

    /** Scans, reloads, rounds of questions and clears, each verdict naming its signatures. */
    private final class History {
        private final Map<Long, Recall> running = new HashMap<>();
        private final Map<Long, Integer> begunWith = new HashMap<>();

        /** The oldest signatures whose verdicts may still be used. */
        private int oldest = signatures.get();

        void step(RandomGenerator random) {
            long content = random.nextInt(4);
            switch (random.nextInt(10)) {
                case 0 -> signatures.incrementAndGet();
                case 1 -> memory.clear(_ -> random.nextInt(4) == 0);
                case 2 -> ask();
                case 3, 4 -> end(content, random.nextInt(4) > 0);
                case 5 -> announce();
                case 6, 7 -> {
                    ask();
                    begin(content);
                }
                default -> begin(content);
            }
        }

        private void ask() {
            int now = signatures.get();
            watch.ask();
            oldest = now;
        }

        /** A guest has asked clamd for its version. */
        private void announce() {
            int now = signatures.get();
            memory.announced(version(now));
            oldest = now;
        }

        private void begin(long content) {
            if (running.containsKey(content)) {
                return;
            }
            Recall recall = memory.recall("scope", key(content), HOUR);
            Optional<Recall.Verdict> found = recall.await(System.nanoTime());
            if (found.isPresent()) {
                String signature = found.get().signature().orElseThrow();
                assertThat(Integer.parseInt(signature)).isBetween(oldest, signatures.get());
            } else {
                running.put(content, recall);
                begunWith.put(content, signatures.get());
            }
        }

        private void end(long content, boolean well) {
            Recall recall = running.remove(content);
            if (recall != null) {
                if (well) {
                    recall.scanned(Optional.of(String.valueOf(begunWith.get(content))));
                }
                recall.close();
            }
        }

        void end() {
            running.values().forEach(Recall::close);
            memory.clear(_ -> true);
        }
    }

    @Test
    void theNextTwinScansIfTheFirstFails() throws Exception {
        Recall first = scan("scope", 1);
        Recall twin = memory.recall("scope", key(1), HOUR);
        Thread waiting =
                Thread.ofPlatform()
                        .start(() ->
                                assertThat(twin.await(System.nanoTime() + 20_000_000_000L))
                                        .isEmpty());
        first.close();
        waiting.join();

        assertThat(memory.counts().misses()).isEqualTo(2);
        twin.close();
    }

    @Test
    void aTwinThatWaitsGetsTheVerdictOfTheFirst() throws Exception {
        Recall first = scan("scope", 1);
        Recall twin = memory.recall("scope", key(1), HOUR);
        Thread waiting =
                Thread.ofPlatform().start(() -> twin.await(System.nanoTime() + 20_000_000_000L));
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        first.scanned(Optional.of("Found"));
        first.close();
        waiting.join();

        assertThat(memory.counts().hits()).isEqualTo(1);
        assertThat(memory.counts().coalesced()).isEqualTo(1);
    }

    @Test
    void noVerdictIsUsedWhileClamdsVersionIsNotKnown() {
        // a second ahead, so that all that is known is old
        VerdictMemory late =
                new VerdictMemory(MOST, watch, () -> System.nanoTime() + 1_000_000_000);
        try (Recall recall = late.recall("scope", key(1), HOUR)) {
            assertThat(recall.await(System.nanoTime())).isEmpty();
            recall.scanned(Optional.empty());
        }
        watch.ask();
        watch.close();

        assertThat(late.entries()).isEqualTo(1);
        assertThat(late.recall("scope", key(1), HOUR).find()).isEmpty();
    }

    @Test
    void aWithdrawnTwinDoesNotWait() {
        Recall first = scan("scope", 1);
        Recall twin = memory.recall("scope", key(1), HOUR);
        twin.withdraw();

        assertThat(twin.await(System.nanoTime() + 60_000_000_000L)).isEmpty();
        first.close();
    }
}
