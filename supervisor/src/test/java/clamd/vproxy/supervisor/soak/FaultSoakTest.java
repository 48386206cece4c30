package clamd.vproxy.supervisor.soak;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.reports.control.ControlClient;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.testing.DaemonFootprint;
import clamd.vproxy.supervisor.testing.DaemonProcess;
import clamd.vproxy.supervisor.testing.Slope;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sessions of all kinds while clamd dies, freezes and comes back, guests stop and start and the
 * policy file is replaced, against a daemon in a process of its own: each session has one result,
 * what the guests heard, what the daemon says and what clamd answered add up, and the daemon does
 * not grow. {@code -Dsoak.sessions=1000000 -Dsoak.minutes=30} makes it a long one. The figures are
 * in {@code target/fault-soak.tsv}.
 */
@Tag("slow")
@Tag("libvirt")
class FaultSoakTest {
    private static final long SESSIONS = Long.getLong("soak.sessions", 36_000);
    private static final Duration LIMIT = Duration.ofMinutes(Long.getLong("soak.minutes", 10));
    private static final long SEED = Long.getLong("soak.seed", 20_261_125);
    private static final int ROUNDS = 40;

    /** Until the JVM has compiled what is hot, and given back what that took. */
    private static final int WARM_UP_ROUNDS = ROUNDS / 2;

    private static final int MOST_IDLE_THREADS = 12;
    private static final Path FIGURES = Path.of("target", "fault-soak.tsv");

    private final SoakResults results = new SoakResults();
    private final List<DaemonFootprint> series = new ArrayList<>();
    private TemporaryFolder folder;
    private SoakClamd clamd;
    private DaemonProcess daemon;
    private SoakClients clients;
    private DaemonFootprint before;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        Files.writeString(folder.path().resolve("policy.json"), SoakGuests.policy(0));
        clamd = new SoakClamd(folder.path().resolve("c"));
        daemon =
                new DaemonProcess(
                        List.of(),
                        List.of("-XX:NativeMemoryTracking=summary"),
                        Map.of(),
                        System.getProperty("java.class.path"),
                        SoakDaemon.class,
                        List.of(folder.path().toString()),
                        results::line);
        results.awaitReady();
        for (String guest : SoakGuests.ALL) {
            daemon.tell(SoakGuests.start(guest));
            Path socket = folder.path().resolve(guest + "_" + SoakDaemon.PORT);
            Eventually.holds("a socket of " + guest, () -> Files.exists(socket));
        }
        clients = new SoakClients(folder.path(), SEED);
        before = DaemonFootprint.of(daemon.pid());
        Files.createDirectories(FIGURES.toAbsolutePath().getParent());
        Files.writeString(
                FIGURES, "sessions\tseconds\theap\tdirect\tresident\tthreads\tdescriptors\n");
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        daemon.close();
        clamd.close();
        folder.close();
    }

    @Test
    void noSessionIsLostAndNothingGrows() throws Exception {
        SoakSums sums = new SoakSums(clients, results, clamd);
        long begun = System.nanoTime();
        try (SoakFaults faults = new SoakFaults(daemon, clamd, folder.path(), SEED)) {
            for (int round = 1; round <= ROUNDS; round++) {
                clients.run(SESSIONS / ROUNDS);
                faults.pause();
                try {
                    agree(sums);
                    measure(begun);
                } finally {
                    faults.goOn();
                }
                assertThat(System.nanoTime() - begun).as("ns").isLessThan(LIMIT.toNanos());
            }
            say("faults\t" + faults.done().all());
        }
        say("kinds\t" + clients.kinds().all());
        say("terminations\t" + results.byTermination().all());
        assertThat(results.count()).isGreaterThan((int) (SESSIONS * 99 / 100));
        assertThat(daemon.log()).noneMatch(line -> line.contains(" ERROR "));
        flat();
        nothingIsLeft();
    }

    /** Threads that nobody needs end after ten seconds. */
    private void nothingIsLeft() throws Exception {
        Eventually.holds(
                "as many threads and descriptors as before the first session",
                () -> {
                    DaemonFootprint now = DaemonFootprint.of(daemon.pid());
                    return now.threads() <= before.threads()
                            && now.descriptors() <= before.descriptors();
                });
        say("nothing is left");
    }

    private void agree(SoakSums sums) throws Exception {
        Eventually.holds("all sessions end", this::isIdle);
        try {
            Eventually.holds("all sums agree", () -> sums.disagreements().isEmpty());
        } catch (AssertionError _) {
            assertThat(sums.disagreements()).isEmpty();
        }
        assertThat(sums.violations()).isEmpty();
        assertThat(results.byTermination().of("internal-error")).isZero();
    }

    private boolean isIdle() throws Exception {
        ControlClient control =
                new ControlClient(folder.path().resolve("control"), System::nanoTime);
        try {
            return Json.read(control.ask("status"), DaemonStatus.class).sessions() == 0;
        } catch (IOException _) {
            // on a machine that is busy otherwise we may be too slow for it
            return false;
        }
    }

    private void measure(long begun) throws IOException {
        DaemonFootprint now = DaemonFootprint.of(daemon.pid());
        series.add(now);
        say(
                "%d\t%.1f\t%d\t%d\t%d\t%d\t%d"
                        .formatted(
                                results.count(),
                                (System.nanoTime() - begun) / 1e9,
                                now.heapBytes(),
                                now.directBytes(),
                                now.residentBytes(),
                                now.threads(),
                                now.descriptors()));
    }

    private static void say(String line) throws IOException {
        Files.writeString(FIGURES, line + "\n", StandardOpenOption.APPEND);
    }

    /**
     * What each may grow by over all rounds after the warm-up, however many sessions there were:
     * less than an object for each of 20,000.
     */
    private void flat() throws IOException {
        double heap = growth("heap", DaemonFootprint::heapBytes);
        double direct = growth("direct", DaemonFootprint::directBytes);
        double resident = growth("resident", DaemonFootprint::residentBytes);
        double threads = growth("threads", DaemonFootprint::threads);
        double descriptors = growth("descriptors", DaemonFootprint::descriptors);
        assertThat(heap).isLessThan(256 << 10);
        // the pool keeps as many buffers of 64 KiB as there ever were uploads at once
        assertThat(direct).isLessThan(1 << 20);
        assertThat(resident).isLessThan(8 << 20);
        // how many guests' threads there are depends on who was served last
        assertThat(threads).isLessThan(MOST_IDLE_THREADS);
        assertThat(descriptors).isLessThan(1);
        say("nothing is lost, nothing grows");
    }

    private double growth(String name, ToLongFunction<DaemonFootprint> what) throws IOException {
        List<DaemonFootprint> warm = series.subList(WARM_UP_ROUNDS, ROUNDS);
        double growth = Slope.of(warm.stream().mapToLong(what).toArray()) * (warm.size() - 1);
        say(
                String.format(
                        Locale.ROOT,
                        "growth of %s by its slope, over %d sessions\t%.1f",
                        name,
                        SESSIONS / ROUNDS * (warm.size() - 1),
                        growth));
        return growth;
    }
}
