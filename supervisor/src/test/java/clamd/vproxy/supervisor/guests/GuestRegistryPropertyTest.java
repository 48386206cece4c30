package clamd.vproxy.supervisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import clamd.vproxy.supervisor.guests.GuestRegistry.Reading;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Random events and lists, against a plain list of guests and against what the listener heard. */
class GuestRegistryPropertyTest {
    private static final List<String> SOURCES = List.of("qemu:///system", "test:///a");

    /** The rules again, as slow and plain as can be: guests in the order they got their CIDs. */
    private static final class Model {
        private static final class Entry {
            Guest read;
            boolean superseded;

            Entry(Guest read) {
                this.read = read;
            }
        }

        private final List<Entry> entries = new ArrayList<>();

        List<Guest> guests() {
            return entries.stream()
                    .map(entry -> owns(entry) ? entry.read : entry.read.withoutCid())
                    .toList();
        }

        private boolean owns(Entry entry) {
            return withCid(entry.read.cid()).filter(e -> !e.superseded).findFirst().orElse(null)
                    == entry;
        }

        private Stream<Entry> withCid(OptionalLong cid) {
            return entries.stream().filter(e -> cid.isPresent() && e.read.cid().equals(cid));
        }

        void upsert(Guest guest) {
            if (entries.stream()
                    .anyMatch(e ->
                            e.read.uuid().equals(guest.uuid())
                                    && !e.read.source().equals(guest.source()))) {
                return;
            }
            for (Entry known : entries) {
                if (known.read.epoch().equals(guest.epoch())
                        && known.read.cid().equals(guest.cid())) {
                    known.read = guest;
                    known.superseded &= withCid(guest.cid()).anyMatch(e -> !e.superseded);
                    return;
                }
            }
            entries.removeIf(e -> e.read.uuid().equals(guest.uuid()));
            withCid(guest.cid())
                    .filter(e -> e.read.source().equals(guest.source()))
                    .forEach(e -> e.superseded = true);
            entries.add(new Entry(guest));
        }

        void remove(String source, UUID uuid) {
            entries.removeIf(e -> e.read.uuid().equals(uuid) && e.read.source().equals(source));
        }

        void replaceAll(String source, List<Guest> listed) {
            Map<UUID, Guest> last = new HashMap<>();
            listed.forEach(g -> last.put(g.uuid(), g));
            entries.removeIf(e ->
                    e.read.source().equals(source)
                            && (!last.containsKey(e.read.uuid())
                                    || !Objects.requireNonNull(last.get(e.read.uuid()))
                                            .epoch()
                                            .equals(e.read.epoch())));
            for (int i = 0; i < listed.size(); i++) {
                Guest guest = listed.get(i);
                if (listed.subList(i + 1, listed.size()).stream()
                        .noneMatch(g -> g.uuid().equals(guest.uuid()))) {
                    upsert(guest);
                }
            }
        }
    }

    /** What a listener knows of the guests. */
    private static final class Believer {
        final Map<UUID, Guest> guests = new HashMap<>();

        void hear(News news) {
            switch (news) {
                case News.Started(Guest guest) ->
                        assertThat(guests.put(guest.uuid(), guest)).isNull();
                case News.Changed(Guest before, Guest after) -> {
                    assertThat(after.epoch()).isEqualTo(before.epoch());
                    assertThat(after).isNotEqualTo(before);
                    assertThat(guests.put(after.uuid(), after)).isEqualTo(before);
                }
                case News.Stopped(Guest guest) ->
                        assertThat(guests.remove(guest.uuid())).isEqualTo(guest);
            }
            assertNoCidTwice(guests.values());
        }
    }

    private static void assertNoCidTwice(Iterable<Guest> guests) {
        Set<Long> seen = new HashSet<>();
        for (Guest guest : guests) {
            guest.cid().ifPresent(cid -> assertThat(seen.add(cid)).as("CID %d once", cid).isTrue());
        }
    }

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(GuestRegistry.class);

    @BeforeAll
    static void quiet() {
        LOG.setLevel(Level.OFF); // a UUID claimed by two sources is no news here
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(null);
    }

    private static Guest any(RandomGenerator random, String source) {
        OptionalLong cid =
                random.nextInt(5) == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(random.nextLong(3, 11));
        Set<String> classes = random.nextInt(4) == 0 ? Set.of("gold") : Set.of();
        int number = random.nextInt(10);
        return new Guest(
                source, new UUID(0, number), "v" + number, random.nextInt(3), cid, classes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20_260_101})
    void registryModelAndListenerAlwaysAgree(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        RecordedNews news = new RecordedNews();
        GuestRegistry registry = new GuestRegistry(news);
        Model model = new Model();
        Believer believer = new Believer();
        for (int step = 0; step < 3_000; step++) {
            String source = SOURCES.get(random.nextInt(SOURCES.size()));
            switch (random.nextInt(8)) {
                case 0 -> {
                    List<Guest> listed = new ArrayList<>();
                    for (int left = random.nextInt(8); left > 0; left--) {
                        listed.add(any(random, source));
                    }
                    registry.replaceAll(
                            source,
                            0,
                            listed.stream().map(guest -> new Reading(guest, 0)).toList(),
                            Set.of());
                    model.replaceAll(source, listed);
                    assertThat(registry.guests())
                            .as("seed %d, step %d: nothing stale survives a list", seed, step)
                            .filteredOn(guest -> guest.source().equals(source))
                            .allMatch(guest ->
                                    listed.stream().anyMatch(g -> g.epoch().equals(guest.epoch())));
                }
                case 1, 2, 3 -> {
                    Guest gone = any(random, source);
                    registry.remove(source, gone.uuid(), 0);
                    model.remove(source, gone.uuid());
                }
                default -> {
                    Guest guest = any(random, source);
                    registry.upsert(guest, 0);
                    model.upsert(guest);
                }
            }
            news.drain().forEach(believer::hear);
            String where = "seed %d, step %d".formatted(seed, step);
            assertThat(registry.guests())
                    .as(where)
                    .containsExactlyInAnyOrderElementsOf(model.guests());
            assertThat(believer.guests.values())
                    .as(where)
                    .containsExactlyInAnyOrderElementsOf(model.guests());
            for (long cid = 3; cid < 11; cid++) {
                OptionalLong wanted = OptionalLong.of(cid);
                assertThat(registry.byCid(cid))
                        .as(where)
                        .isEqualTo(
                                model.guests().stream()
                                        .filter(g -> g.cid().equals(wanted))
                                        .findAny());
            }
        }
    }

    @Test
    void aReaderNeverSeesOneCidTwiceWhileItChangesHands() throws Exception {
        GuestRegistry registry = new GuestRegistry(new RecordedNews());
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Void> reader =
                CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        assertNoCidTwice(registry.guests());
                        reading.countDown();
                    }
                });
        reading.await();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int step = 0; step < 100_000 && !reader.isDone(); step++) {
            registry.upsert(any(random, SOURCES.getFirst()), 0);
        }
        over.set(true);
        reader.get();
    }
}
