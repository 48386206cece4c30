package clamd.vproxy.supervisor.daemon.systemd;

import clamd.vproxy.supervisor.base.threads.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds loops that have hung. Confined to one thread. */
final class LoopWatch {
    /** A loop's number of rounds, and when this number was first seen. */
    private record Sighting(long rounds, long sinceNanos) {}

    private final List<Loop> loops;
    private final long patienceNanos;
    private final Map<Loop, Sighting> sightings = new HashMap<>();

    /**
     * Creates a watch over some loops.
     *
     * @param patience how long a loop may take for one round
     */
    LoopWatch(List<Loop> loops, Duration patience) {
        this.loops = List.copyOf(loops);
        this.patienceNanos = patience.toNanos();
    }

    /** Returns the loops whose current round takes longer than allowed, by this clock. */
    List<Loop> stuck(long nowNanos) {
        return loops.stream().filter(loop -> isStuck(loop, nowNanos)).toList();
    }

    private boolean isStuck(Loop loop, long nowNanos) {
        long rounds = loop.rounds();
        Sighting last = sightings.get(loop);
        if (last == null || last.rounds() != rounds || loop.awaitsOthers()) {
            sightings.put(loop, new Sighting(rounds, nowNanos));
            return false;
        }
        return nowNanos - last.sinceNanos() > patienceNanos;
    }
}
