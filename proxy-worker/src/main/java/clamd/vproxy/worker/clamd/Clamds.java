package clamd.vproxy.worker.clamd;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * All clamds that sessions may use; guests cannot tell which one serves them. {@link BackendSlots}
 * chooses a session's clamd together with its permit there. The session keeps that clamd until it
 * ends, because the data sent there cannot be sent again. Nor is a stream whose clamd dies retried
 * at another one: the stream may be what killed it.
 *
 * <p>Thread-safe. One lock guards the clamds' health and the permits, so that a change of either
 * admits a waiting stream in the same step.
 */
public final class Clamds {
    private final HealthTimes times;
    private final LongSupplier nanoClock;
    private final List<ClamdHealth> healths;
    private final BackendSlots uploads;
    private final BackendSlots requests;

    /**
     * @param all the clamds, at least one, in order of preference among equals
     * @param nanoClock a monotonic clock in nanoseconds
     * @param wallClock dates the moment at which a clamd goes up or down
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
                        Clamd::uploadPermits,
                        nanoClock);
        this.requests =
                new BackendSlots(
                        lock,
                        BackendSlots.Patience.NEEDS_CLAMD_NOW,
                        healths,
                        Clamd::requestPermits,
                        nanoClock);
    }

    private void healthChanged() {
        uploads.healthChanged();
        requests.healthChanged();
    }

    /** The upload permits; while no clamd is up, streams wait. */
    public BackendSlots uploads() {
        return uploads;
    }

    /**
     * The request permits, for PING and VERSION, which fail rather than wait while no clamd is up.
     */
    public BackendSlots requests() {
        return requests;
    }

    /** Creates the monitors that check whether each clamd is up; each needs a thread of its own. */
    public List<ClamdMonitor> monitors() {
        return healths.stream().map(health -> new ClamdMonitor(health, times, nanoClock)).toList();
    }

    /** Creates the task that asks the clamds for their versions; optional, run by one thread. */
    public ClamdVersions versions() {
        return new ClamdVersions(healths, times.answerLimit(), nanoClock);
    }

    /** The health of each clamd, in the order given. */
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
                clamd.uploadPermits(),
                clamd.scans().held(),
                clamd.scans().total(),
                clamd.scans().waiting());
    }
}
