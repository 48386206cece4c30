package clamd.vproxy.worker.clamd;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * All the clamds that sessions may use, alike to guests. Which one a session gets is decided
 * together with its permit there, by {@link BackendSlots}; it keeps that clamd to its end, for what
 * it has sent there is gone. A stream whose clamd dies is not tried on the next one either: it may
 * be what clamd died of.
 *
 * <p>Thread-safe. One lock guards the clamds' health and the permits for them, so that a stream
 * that waits for either is served in the same step in which that changes.
 */
public final class Clamds {
    private final HealthTimes times;
    private final LongSupplier nanoClock;
    private final List<ClamdHealth> healths;
    private final BackendSlots uploads;
    private final BackendSlots requests;

    /**
     * @param all in the order in which they are preferred when all else is equal; at least one
     * @param nanoClock a monotonic clock in nanoseconds
     * @param wallClock tells since when a clamd is up or down
     */
    public Clamds(
            List<Clamd> all, HealthTimes times, LongSupplier nanoClock, InstantSource wallClock) {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("at least one clamd is needed");
        }
        this.times = times;
        this.nanoClock = nanoClock;
        ReentrantLock lock = new ReentrantLock();
        this.healths =
                all.stream()
                        .map(clamd ->
                                new ClamdHealth(
                                        clamd,
                                        times,
                                        lock,
                                        this::healthChanged,
                                        nanoClock,
                                        wallClock))
                        .toList();
        this.uploads =
                new BackendSlots(
                        lock,
                        BackendSlots.Patience.WAITS_FOR_CLAMD,
                        healths,
                        Clamd::uploadPlaces,
                        nanoClock);
        this.requests =
                new BackendSlots(
                        lock,
                        BackendSlots.Patience.NEEDS_CLAMD_NOW,
                        healths,
                        Clamd::requestPlaces,
                        nanoClock);
    }

    private void healthChanged() {
        uploads.healthChanged();
        requests.healthChanged();
    }

    /** The permits for streams; while no clamd is up, streams wait. */
    public BackendSlots uploads() {
        return uploads;
    }

    /** The permits for PING and VERSION, which ask just whether a clamd is up: they do not wait. */
    public BackendSlots requests() {
        return requests;
    }

    /** What asks each clamd whether it is there; each is to be run by a thread of its own. */
    public List<ClamdMonitor> monitors() {
        return healths.stream().map(health -> new ClamdMonitor(health, times, nanoClock)).toList();
    }

    /** What asks them for their versions; to be run by one thread, if anybody wants to know. */
    public ClamdVersions versions() {
        return new ClamdVersions(healths, times.answerLimit(), nanoClock);
    }

    /** What is known of each, in the order given. */
    List<ClamdHealth> healths() {
        return healths;
    }

    /** The status of each clamd, in the order given. */
    public List<ClamdStatus> status() {
        List<Integer> held = uploads.heldByClamd();
        return IntStream.range(0, healths.size())
                .mapToObj(index -> statusOf(healths.get(index), held.get(index)))
                .toList();
    }

    private static ClamdStatus statusOf(ClamdHealth health, int uploads) {
        Clamd clamd = health.clamd();
        return new ClamdStatus(
                clamd.endpoint().toString(),
                health.isUp(),
                health.since(),
                health.lastError(),
                uploads,
                clamd.uploadPlaces(),
                clamd.scans().held(),
                clamd.scans().total(),
                clamd.scans().waiting());
    }
}
