package clamd.vproxy.supervisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.guests.GuestRegistry.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Domains start and stop; a hook tells of it late, twice, never and out of order, and readings and
 * lists are taken over long after they began. What the registry knows is held against the latest
 * word of all that it was given, and in the end against what really runs.
 */
class LateWordsPropertyTest {
    private static final String SOURCE = "qemu:///system";
    private static final int DOMAINS = 6;
    private static final int STEPS = 2_000;
    private static final int LATEST = 15;

    /** What really ran when, one change at a time. */
    private static final class World {
        final List<Map<UUID, Guest>> history = new ArrayList<>(List.of(Map.of()));
        final List<UUID> changed = new ArrayList<>(List.of(uuid(0)));
        private int lastId;

        int now() {
            return history.size() - 1;
        }

        Optional<Guest> at(int time, UUID uuid) {
            return Optional.ofNullable(history.get(time).get(uuid));
        }

        /** Starts or stops a domain; a CID is free for the next one at once. */
        void step(UUID uuid) {
            Map<UUID, Guest> next = new HashMap<>(history.getLast());
            if (next.remove(uuid) == null) {
                Set<OptionalLong> taken = new HashSet<>();
                next.values().forEach(guest -> taken.add(guest.cid()));
                OptionalLong lowest =
                        LongStream.iterate(3, cid -> cid + 1)
                                .filter(cid -> !taken.contains(OptionalLong.of(cid)))
                                .findFirst();
                String name = "v" + uuid.getLeastSignificantBits();
                next.put(uuid, new Guest(SOURCE, uuid, name, ++lastId, lowest, Set.of()));
            }
            history.add(next);
            changed.add(uuid);
        }
    }

    /** What was said of one domain. */
    private record Word(long asOf, Optional<Guest> guest) {}

    private final GuestRegistry registry = new GuestRegistry(new RecordedNews());
    private final World world = new World();
    private final Map<UUID, Word> latest = new HashMap<>();
    private final List<Word> all = new ArrayList<>();
    private int lastList;

    private static UUID uuid(int number) {
        return new UUID(0, number);
    }

    private void note(UUID uuid, long asOf, Optional<Guest> guest) {
        Word word = new Word(asOf, guest);
        all.add(word);
        latest.merge(uuid, word, (old, now) -> now.asOf() >= old.asOf() ? now : old);
    }

    /** What a hook or a reading of this domain as of this time says. */
    private void tell(UUID uuid, int time) {
        Optional<Guest> guest = world.at(time, uuid);
        note(uuid, time, guest);
        guest.ifPresentOrElse(
                now -> registry.upsert(now, time), () -> registry.remove(SOURCE, uuid, time));
    }

    /** A list whose readings each take a while, some of them in vain. */
    private void list(int begun, RandomGenerator random) {
        lastList = begun;
        List<Reading> readings = new ArrayList<>();
        Set<UUID> unanswered = new HashSet<>();
        int time = begun;
        for (UUID uuid : world.history.get(begun).keySet()) {
            time = random.nextInt(time, world.now() + 1);
            int read = time;
            if (random.nextInt(12) == 0 && read < world.now()) {
                unanswered.add(uuid);
            } else {
                world.at(read, uuid).ifPresent(guest -> readings.add(new Reading(guest, read)));
            }
        }
        for (int number = 0; number < DOMAINS; number++) {
            UUID uuid = uuid(number);
            // one with gaps ends guests that it does not name, but tells nothing of unknown ones
            if (unanswered.isEmpty()
                    || (!unanswered.contains(uuid) && registry.byUuid(uuid).isPresent())) {
                note(uuid, begun, Optional.empty());
            }
        }
        readings.forEach(reading ->
                note(reading.guest().uuid(), reading.asOf(), Optional.of(reading.guest())));
        registry.replaceAll(SOURCE, begun, readings, unanswered);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20_261_123})
    void theLatestWordCountsInWhateverOrderTheyCome(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(3) == 0) {
                world.step(uuid(random.nextInt(DOMAINS)));
            }
            int past = random.nextInt(Math.max(0, world.now() - LATEST), world.now() + 1);
            switch (random.nextInt(8)) {
                case 0 -> list(Math.max(past, lastList), random);
                case 1, 2 -> tell(uuid(random.nextInt(DOMAINS)), past);
                default -> tell(world.changed.get(past), past);
            }
            checkAgainstTheWords("seed %d, step %d".formatted(seed, step));
        }
        list(world.now(), random);
        assertThat(registry.guests())
                .as("seed %d: a list makes all well", seed)
                .containsExactlyInAnyOrderElementsOf(world.history.getLast().values());
    }

    private void checkAgainstTheWords(String where) {
        IntStream.range(0, DOMAINS)
                .mapToObj(LateWordsPropertyTest::uuid)
                .forEach(uuid -> {
                    Optional<Word> word = Optional.ofNullable(latest.get(uuid));
                    Optional<Guest> said = word.flatMap(Word::guest);
                    Optional<Guest> known = registry.byUuid(uuid);
                    assertThat(known.map(Guest::epoch)).as(where).isEqualTo(said.map(Guest::epoch));
                    known.ifPresent(guest ->
                            checkCid(guest, word.orElseThrow(), said.orElseThrow(), where));
                });
    }

    /** It has the CID it was last seen with, unless somebody else was seen with it later. */
    private void checkCid(Guest guest, Word word, Guest said, String where) {
        if (guest.cid().isPresent()) {
            assertThat(guest).as(where).isEqualTo(said);
            assertThat(registry.byCid(guest.cid().getAsLong())).as(where).contains(guest);
            assertThat(latest.values())
                    .as(where)
                    .noneMatch(other -> other.asOf() > word.asOf() && claims(other, said));
        } else {
            assertThat(all)
                    .as(where)
                    .anyMatch(other -> other.asOf() >= word.asOf() && claims(other, said));
        }
    }

    private static boolean claims(Word other, Guest said) {
        return other.guest()
                .filter(guest -> !guest.uuid().equals(said.uuid()))
                .filter(guest -> guest.cid().equals(said.cid()))
                .isPresent();
    }
}
