package clamd.vproxy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.connections.dispatch.Dispatcher;
import clamd.vproxy.supervisor.connections.dispatch.SessionObservers;
import clamd.vproxy.supervisor.guests.FanOut;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.guests.usage.UsageBook;
import clamd.vproxy.supervisor.sources.policy.PolicyReloader;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import clamd.vproxy.supervisor.sources.policy.PolicySwap;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.Connections;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.HostConnections;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand guests, a rule for each, and two files that take turns while sessions run. One file
 * allows large chunks of short streams, the other small chunks of long ones, and the same rule
 * stands in another line there, and names another of two hundred tenants: so the limits that a
 * session met, and the rule and the tenant that its log line names, tell the file four times over,
 * and have to agree. The figures are in {@code target/policy-reload.tsv}.
 */
@Tag("slow")
@Timeout(120)
class PolicyReloadLoadTest {
    private static final int GUESTS = 1000;
    private static final int TENANTS = 200;
    private static final int SWAPS = 20;
    private static final int CLIENTS = 2;
    private static final int LONG_SESSIONS = 50;
    private static final int SCAN_SLOTS = 8;
    private static final long SEED = 20_261_124;
    private static final Pattern RULE = Pattern.compile("rules\\[(\\d+)]@.*:(\\d+)");

    /** The two files; the first rule stands in this line. */
    private enum Version {
        LARGE_CHUNKS(1000, 1000, 2),
        LONG_STREAMS(500, 2000, 3);

        private final int maxChunk;
        private final int maxStream;
        private final int firstLine;

        Version(int maxChunk, int maxStream, int firstLine) {
            this.maxChunk = maxChunk;
            this.maxStream = maxStream;
            this.firstLine = firstLine;
        }

        String text() {
            return IntStream.range(0, GUESTS)
                    .mapToObj(index ->
                            "{\"match\": {\"uuid\": \"%s\"}, \"tenant\": \"%s\", \"maxChunkSize\": %d, \"maxStreamSize\": %d}"
                                    .formatted(
                                            guest(index).uuid(),
                                            tenant(index),
                                            maxChunk,
                                            maxStream))
                    .collect(
                            Collectors.joining(
                                    ",\n",
                                    "{\"version\": 1, \"rules\": [" + "\n".repeat(firstLine - 1),
                                    "]}\n"));
        }

        /** Of five guests of a tenant no two are of one tenant by the other file. */
        String tenant(int guest) {
            return "t-" + (this == LARGE_CHUNKS ? guest % TENANTS : guest / (GUESTS / TENANTS));
        }

        static Version of(Line session) {
            Matcher rule = RULE.matcher(session.value("rule"));
            assertThat(rule.matches()).as(session.toString()).isTrue();
            int firstLine = Integer.parseInt(rule.group(2)) - Integer.parseInt(rule.group(1));
            return firstLine == LARGE_CHUNKS.firstLine ? LARGE_CHUNKS : LONG_STREAMS;
        }
    }

    private final FanOut listeners = new FanOut();
    private final RegistryWriter writer = new RegistryWriter(new GuestRegistry(listeners));
    private final Watchdog watchdog = new Watchdog(System::nanoTime);
    private final AbandonedScans abandoned = new AbandonedScans(watchdog);
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicBoolean enough = new AtomicBoolean();
    private final List<Duration> swapTimes = new CopyOnWriteArrayList<>();
    private final Object connecting = new Object();
    private TemporaryFolder folder;
    private AnsweringClamd clamd;
    private Connections connections;
    private Path file;
    private LogTap sessions;
    private LogTap reloads;

    @BeforeEach
    void open() throws Exception {
        folder = TemporaryFolder.create();
        clamd = new AnsweringClamd(folder.path().resolve("c"));
        connections = new Connections(folder.path());
        file = Files.createDirectory(folder.path().resolve("etc")).resolve("policy.json");
        Files.writeString(file, Version.LARGE_CHUNKS.text());
        sessions = LogTap.onSessions();
        reloads = LogTap.on("clamd.vproxy.supervisor.sources.policy");
        Thread.ofPlatform().daemon().name("watchdog").start(watchdog);
    }

    @AfterEach
    void close() throws Exception {
        clients.shutdownNow();
        writer.close();
        watchdog.close();
        reloads.close();
        sessions.close();
        connections.close();
        clamd.close();
        folder.close();
    }

    private static TestGuest guest(int index) {
        return new TestGuest("vm-" + index, 3 + index);
    }

    private Dispatcher dispatcher(PolicySource source) throws Exception {
        SessionContext context =
                new SessionContext(
                        new Clamds(
                                List.of(
                                        new Clamd(
                                                SocketEndpoint.parse(
                                                        folder.path().resolve("c").toString(),
                                                        System::nanoTime),
                                                200,
                                                8,
                                                new ScanSlots(SCAN_SLOTS, System::nanoTime),
                                                ClamdTimes.standard())),
                                HealthTimes.standard(),
                                System::nanoTime,
                                Clock.systemUTC()),
                        new Spool(Long.MAX_VALUE, System::nanoTime),
                        new BufferPool(65_536, 100),
                        watchdog,
                        abandoned,
                        System::nanoTime,
                        Long.MAX_VALUE);
        Dispatcher dispatcher =
                new Dispatcher(
                        writer.registry(),
                        (_, _) -> Optional.empty(),
                        source.first(),
                        new UsageBook(Clock.systemUTC()),
                        context,
                        new HostConnections(2000),
                        new SessionObservers(List.of()));
        // the log of a thousand starts is not tested here
        writer.submit(
                        registry -> {
                            for (int index = 0; index < GUESTS; index++) {
                                registry.upsert(guest(index).inRun(index), 0);
                            }
                        })
                .get(30, TimeUnit.SECONDS);
        listeners.add(dispatcher);
        return dispatcher;
    }

    private PolicySwap timed(Callable<PolicySwap> swap) {
        long begun = System.nanoTime();
        try {
            return swap.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            swapTimes.add(Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private GuestClient connect(Dispatcher dispatcher, int index) throws IOException {
        Connections.Pair pair;
        synchronized (connecting) {
            pair = connections.make();
        }
        Guest guest = guest(index).inRun(index);
        dispatcher.dispatch(guest, pair.accepted());
        return pair.guest();
    }

    @Test
    void noSessionIsJudgedByTwoFilesAndNoneIsLost() throws Exception {
        PolicySource source = PolicySource.load(file, Limits.standard());
        Dispatcher dispatcher = dispatcher(source);
        // as many workers as guests, so that each of them has a policy to be replaced
        for (int index = 0; index < GUESTS; index++) {
            connect(dispatcher, index).leaves();
        }
        List<GuestClient> longSessions = new ArrayList<>();
        for (int index = 0; index < LONG_SESSIONS; index++) {
            longSessions.add(connect(dispatcher, index).says("zINSTREAM\0").chunk(new byte[400]));
        }
        List<Future<Integer>> shortSessions = new ArrayList<>();
        List<Duration> reloadTimes = new ArrayList<>();
        int served = 0;
        try (PolicyReloader reloader =
                new PolicyReloader(
                        source,
                        next -> timed(() -> dispatcher.replacePolicies(next)),
                        System::nanoTime,
                        Clock.systemUTC())) {
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(SEED + client);
                shortSessions.add(clients.submit(() -> ask(dispatcher, random)));
            }
            for (int swap = 1; swap <= SWAPS; swap++) {
                reloadTimes.add(reload(reloader, Version.values()[swap % 2]));
            }
            enough.set(true);
            for (Future<Integer> client : shortSessions) {
                served += client.get(60, TimeUnit.SECONDS);
            }
            assertThat(reloader.status().revision().number()).isEqualTo(1 + SWAPS);
        }
        for (GuestClient client : longSessions) {
            // one more chunk of each would be too many for the second file's chunks
            client.chunk(new byte[600]).end();
            assertThat(client.hears()).isEqualTo("stream: OK\0");
            client.leaves();
        }
        dispatcher.drain(Duration.ofSeconds(30));
        assertEachByOneFile(GUESTS + LONG_SESSIONS + served);
        assertEachGuestNamedAtEachSwap();
        write(reloadTimes, served);
    }

    private Duration reload(PolicyReloader reloader, Version version) throws IOException {
        Path other = Files.writeString(folder.path().resolve("next.json"), version.text());
        long begun = System.nanoTime();
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        Object _ = reloader.reload();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** One short session after the other, of random guests; returns how many. */
    private int ask(Dispatcher dispatcher, Random random) throws IOException {
        int asked = 0;
        for (; !enough.get(); asked++) {
            try (GuestClient client = connect(dispatcher, random.nextInt(GUESTS))) {
                client.says("zINSTREAM\0");
                if (random.nextBoolean()) {
                    // the first file takes this chunk, and nothing after it
                    client.chunk(new byte[1000]).chunk(new byte[1]).end();
                    assertThat(client.hears()).isEqualTo("INSTREAM size limit exceeded. ERROR\0");
                } else {
                    // the second file takes them all, the first one two of them
                    client.chunk(new byte[400]).chunk(new byte[400]).chunk(new byte[400]).end();
                    assertThat(client.hears())
                            .isIn("INSTREAM size limit exceeded. ERROR\0", "stream: OK\0");
                }
            }
        }
        return asked;
    }

    private void assertEachByOneFile(int expected) {
        List<Line> lines = sessions.lines();
        assertThat(lines).hasSize(expected);
        assertThat(lines.stream().map(line -> line.value("session")).distinct()).hasSize(expected);
        for (Line line : lines) {
            String met = line.value("termination") + " after " + line.value("bytes");
            String[] possible =
                    switch (Version.of(line)) {
                        case LARGE_CHUNKS ->
                                new String[] {
                                    "nothing-asked after 0",
                                    "stream-limit after 1000",
                                    "stream-limit after 800",
                                    "completed after 1000"
                                };
                        case LONG_STREAMS ->
                                new String[] {"chunk-limit after 0", "completed after 1200"};
                    };
            assertThat(met).as(line.toString()).isIn((Object[]) possible);
            int guest = Integer.parseInt(line.value("domain").substring("vm-".length()));
            assertThat(line.value("tenant")).isEqualTo(Version.of(line).tenant(guest));
        }
        // both files have judged
        assertThat(lines.stream().filter(line -> Version.of(line) == Version.LONG_STREAMS))
                .isNotEmpty();
    }

    private void assertEachGuestNamedAtEachSwap() {
        List<Line> lines = reloads.lines();
        assertThat(lines.stream().filter(line -> line.message().startsWith("policy changed for")))
                .hasSize(GUESTS * SWAPS);
        assertThat(lines.stream().filter(line -> line.message().endsWith(" is in force")))
                .hasSize(SWAPS)
                .allSatisfy(line -> assertThat(line.value("changed")).isEqualTo("" + GUESTS));
    }

    private void write(List<Duration> reloadTimes, int served) throws IOException {
        Files.writeString(
                Path.of("target", "policy-reload.tsv"),
                "what\tmedian_ms\tmax_ms\n%s%sguests\t%d\nreloads\t%d\nsessions meanwhile\t%d\n"
                        .formatted(
                                row("file renamed to all told in the log", reloadTimes),
                                row("guests' policies replaced", swapTimes),
                                GUESTS,
                                SWAPS,
                                served));
    }

    private static String row(String what, List<Duration> times) {
        List<Duration> sorted = times.stream().sorted().toList();
        return "%s\t%.1f\t%.1f\n"
                .formatted(
                        what,
                        sorted.get(sorted.size() / 2).toNanos() / 1e6,
                        sorted.getLast().toNanos() / 1e6);
    }
}
