package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.fair.ScanSlots;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Clamds that nobody connects to and whose health a test decides; time stands still. */
final class TestClamds {
    private final Clock wallClock =
            Clock.fixed(Instant.EPOCH.plus(Duration.ofDays(1)), ZoneOffset.UTC);
    private final List<String> names;
    private final Clamds clamds;

    private TestClamds(List<String> names, int[] places) {
        this.names = names;
        List<Clamd> all = new ArrayList<>();
        for (int index = 0; index < places.length; index++) {
            all.add(
                    new Clamd(
                            new Nowhere(names.get(index)),
                            places[index],
                            2,
                            new ScanSlots(1, () -> 0),
                            ClamdTimes.standard()));
        }
        this.clamds = new Clamds(all, HealthTimes.standard(), () -> 0, wallClock);
    }

    private record Nowhere(String name) implements ClamdEndpoint {
        @Override
        public ClamdConnection connect(Duration limit) {
            throw new AssertionError("nobody connects here");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Four places for streams at each. */
    static TestClamds named(String... names) {
        return new TestClamds(
                List.of(names), IntStream.generate(() -> 4).limit(names.length).toArray());
    }

    /** So many places for streams at each, in this order; they are named "0", "1" and so on. */
    static TestClamds withPlaces(int... places) {
        List<String> names = IntStream.range(0, places.length).mapToObj(Integer::toString).toList();
        return new TestClamds(names, places);
    }

    /** All of them have answered. */
    TestClamds answering() {
        names.forEach(name -> health(name).answered());
        return this;
    }

    void takeDown(String... which) {
        for (String name : which) {
            for (int i = 0; i < CircuitBreaker.FAILURES_TO_OPEN; i++) {
                health(name).unanswered("gone");
            }
        }
    }

    Clamds clamds() {
        return clamds;
    }

    Clock wallClock() {
        return wallClock;
    }

    ClamdHealth health(String name) {
        return health(names.indexOf(name));
    }

    ClamdHealth health(int index) {
        return clamds.healths().get(index);
    }

    ClamdStatus status(String name) {
        return clamds.status().get(names.indexOf(name));
    }
}
