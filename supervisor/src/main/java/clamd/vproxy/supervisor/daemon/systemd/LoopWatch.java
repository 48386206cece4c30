package clamd.vproxy.supervisor.daemon.systemd;

import clamd.vproxy.supervisor.base.threads.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sees which loops have stopped to go round. Confined to one thread. */
final class LoopWatch {
    /** A number of rounds and when a loop was first seen to have made so many. */
    private record Sighting(long rounds, long sinceNanos) {}

    private final List<Loop> loops;
    private final long patienceNanos;
    private final Map<Loop, Sighting> sightings = new HashMap<>();

    /**
     * A watch over some loops.
     *
     * @param patience how long a loop may take for one round
     */
    LoopWatch(List<Loop> loops, Duration patience) {
        this.loops = List.copyOf(loops);
        this.patienceNanos = patience.toNanos();
    }

    /** Those of which no round was seen for longer than one may take, by this clock. */
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
