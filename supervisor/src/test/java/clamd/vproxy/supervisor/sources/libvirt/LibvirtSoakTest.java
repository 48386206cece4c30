package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.libvirt.Domain;

/**
 * Many guests' lives and many connections, one after the other, through libvirt's own code, leave
 * nothing behind. The figures are in {@code target/libvirt-soak-*.tsv}.
 */
@Tag("slow")
@Tag("libvirt")
@Timeout(600)
class LibvirtSoakTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);
    private static final LibvirtTiming ON_EVENTS_ONLY =
            new LibvirtTiming(
                    Duration.ofHours(1), Duration.ofMillis(1), Duration.ofMillis(4), GENEROUS);

    private final RecordedNews news = new RecordedNews();
    private final LogTap log = LogTap.on(LibvirtWatcher.class.getPackageName(), Level.DEBUG);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicReference<LibvirtListener> ear = new AtomicReference<>();
    private TestHypervisor hypervisor;
    private RegistryWriter writer;
    private GuestRegistry registry;
    private LibvirtWatcher watcher;

    @BeforeEach
    void watch() throws Exception {
        hypervisor = new TestHypervisor();
        writer = new RegistryWriter(new GuestRegistry(news));
        registry = writer.registry();
        NativeLibvirt libvirt = NativeLibvirt.load();
        LibvirtClient counting =
                (uri, listener) -> {
                    ear.set(listener);
                    LibvirtConnection connection = libvirt.open(uri, listener);
                    connections.incrementAndGet();
                    return connection;
                };
        watcher =
                new LibvirtWatcher(
                        counting,
                        TestHypervisor.URI,
                        writer,
                        ON_EVENTS_ONLY,
                        SystemClock::nanoTime,
                        SystemClock.utc());
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        watcher.close();
        writer.close();
        hypervisor.close();
        log.close();
    }

    /** One row of the table, and the lines that were logged until now. */
    private Footprint measure() throws Exception {
        assertThat(log.at(Level.WARN)).allMatch(line -> line.endsWith("on purpose"));
        assertThat(log.at(Level.ERROR)).isEmpty();
        log.forget();
        return Footprint.now();
    }

    @Test
    void twoThousandLivesAreAllSeenAndLeaveMemoryThreadsAndDescriptorsFlat() throws Exception {
        int step = 50;
        List<Footprint> series = new ArrayList<>();
        for (int life = 1; life <= 2000; life++) {
            live(2 + life);
            if (life % step == 0) {
                // the registry remembers an end until a list does without that guest
                assertThat(watcher.listFromNow().get(GENEROUS.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                series.add(measure());
            }
        }
        assertThat(registry.guests()).isEmpty();
        assertThat(news.drain()).isEmpty();
        assertThat(connections).hasValue(1);
        Growth each = write("lives", step, series);
        assertThat(each.threads()).isLessThan(0.001);
        assertThat(each.descriptors()).isLessThan(0.001);
        // a guest that somebody keeps takes more than this
        assertThat(each.heapBytes()).isLessThan(250);
        // a domain's XML that nobody frees takes more than this
        assertThat(each.nativeBytes()).isLessThan(500);
    }

    private void live(long cid) throws Exception {
        hypervisor.define(TestHypervisor.withCid("v", cid));
        hypervisor.with("v", Domain::create);
        assertThat(news.next())
                .isInstanceOfSatisfying(
                        News.Started.class,
                        started -> assertThat(started.guest().cid()).hasValue(cid));
        Guest guest = registry.byCid(cid).orElseThrow();
        hypervisor.with("v", Domain::destroy);
        assertThat(news.next()).isEqualTo(new News.Stopped(guest));
        assertThat(registry.byUuid(guest.uuid())).isEmpty();
        assertThat(registry.byCid(cid)).isEmpty();
        hypervisor.with("v", Domain::undefine);
    }

    @Test
    void twoHundredReconnectsAreReallyClosedAndLeaveThreadsAndDescriptorsFlat() throws Exception {
        int step = 5;
        List<Footprint> series = new ArrayList<>();
        for (int round = 1; round <= 200; round++) {
            ear.get().lost("on purpose");
            int expected = round + 1;
            Eventually.holds(
                    "a new connection lists",
                    () -> connections.get() == expected && watcher.listFromNow().get());
            live(2 + round);
            if (round % step == 0) {
                // among what it looks for is a connection that stays open
                series.add(measure());
            }
        }
        Growth each = write("reconnects", step, series);
        assertThat(each.threads()).isLessThan(0.01);
        assertThat(each.descriptors()).isLessThan(0.01);
        assertThat(each.heapBytes()).isLessThan(200);
    }

    /** Keeps the figures, and returns how they grew with each round after the warm-up. */
    private static Growth write(String name, int step, List<Footprint> series) throws IOException {
        StringBuilder table = new StringBuilder("after\theap\tnative\tthreads\tdescriptors\n");
        for (int i = 0; i < series.size(); i++) {
            Footprint row = series.get(i);
            table.append((i + 1) * step).append('\t').append(row.heapBytes());
            table.append('\t').append(row.nativeBytes()).append('\t').append(row.threads());
            table.append('\t').append(row.descriptors()).append('\n');
        }
        List<Footprint> warm = series.subList(series.size() / 4, series.size());
        Growth each = Growth.of(warm, step);
        table.append(each).append('\n');
        Files.writeString(Path.of("target", "libvirt-soak-" + name + ".tsv"), table);
        return each;
    }
}
