package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures one session: what it is at and for how long, and what came through it. Confined to the
 * session's thread, but for {@link #view}, which any thread may call.
 */
final class SessionMeter {
    private final long session;
    private final long acceptedNanos;
    private final LongSupplier nanoClock;
    private final Map<SessionStep, Long> spentNanos = new EnumMap<>(SessionStep.class);
    private long largestChunkBytes;
    private Optional<String> sha256 = Optional.empty();
    private boolean cached;
    private long longestSilenceNanos;

    // read by others too; each for itself is true, and together they need not be of one moment
    private volatile SessionStep step = SessionStep.QUEUE;
    private volatile long stepSinceNanos;
    private volatile long lastHeardNanos;
    private volatile long streamBytes;
    private volatile @Nullable Command command;

    /** Of a session that has been waiting for its turn since it was accepted. */
    SessionMeter(long session, long acceptedNanos, LongSupplier nanoClock) {
        this.session = session;
        this.acceptedNanos = acceptedNanos;
        this.nanoClock = nanoClock;
        this.stepSinceNanos = acceptedNanos;
        this.lastHeardNanos = acceptedNanos;
    }

    /**
     * The session is at something else from now on.
     *
     * @return how long it has been at what it leaves, in nanoseconds
     */
    long enter(SessionStep next) {
        long now = nanoClock.getAsLong();
        long spent = now - stepSinceNanos;
        spentNanos.merge(step, spent, Long::sum);
        step = next;
        stepSinceNanos = now;
        return spent;
    }

    /** How long it was at this, all times together, in nanoseconds; the current one not counted. */
    long spentNanos(SessionStep done) {
        return spentNanos.getOrDefault(done, 0L);
    }

    Duration spent(SessionStep done) {
        return Duration.ofNanos(spentNanos(done));
    }

    /** The guest's request is known. */
    void asked(Command accepted) {
        command = accepted;
    }

    boolean isAsked() {
        return command != null;
    }

    /** The guest was heard of after a wait for the bytes of its stream that began then. */
    void heard(long waitingSinceNanos) {
        long now = nanoClock.getAsLong();
        longestSilenceNanos = Math.max(longestSilenceNanos, now - waitingSinceNanos);
        lastHeardNanos = now;
    }

    /** How far the stream is: its file data so far, and the largest chunk that it declared. */
    void streamed(long bytes, long largestChunk) {
        streamBytes = bytes;
        largestChunkBytes = largestChunk;
    }

    /** The hash of the whole stream is known. */
    void hashed(String hexadecimal) {
        sha256 = Optional.of(hexadecimal);
    }

    /** The verdict is taken from memory. */
    void recalled() {
        cached = true;
    }

    /**
     * The request as it was, now that it has ended.
     *
     * @param number which request of its session it was, 0 = the only one
     * @param attempt what the guest asked for if that is not the command itself
     * @param connections how many its guest had in service and waiting when it came
     * @param tenantConnections how many its tenant had
     */
    SessionResult result(
            GuestShare share,
            int number,
            String attempt,
            int connections,
            int tenantConnections,
            Outcome outcome) {
        return new SessionResult(
                share.identity(),
                session,
                number,
                Optional.ofNullable(command),
                attempt,
                streamBytes,
                spent(SessionStep.QUEUE),
                spent(SessionStep.PLACE),
                spent(SessionStep.RATE_PAUSE).plus(spent(SessionStep.SPOOL_PAUSE)),
                spent(SessionStep.SLOT),
                spent(SessionStep.SCAN),
                Duration.ofNanos(nanoClock.getAsLong() - acceptedNanos),
                new Demand(
                        connections,
                        tenantConnections,
                        largestChunkBytes,
                        spent(SessionStep.COMMAND),
                        streamTime(),
                        Duration.ofNanos(longestSilenceNanos),
                        share.dailyUsage().today(),
                        share.tenant().dailyUsage().today()),
                outcome.verdict(),
                outcome.signature(),
                sha256,
                cached,
                outcome.termination(),
                outcome.detail());
    }

    /** What of a stream's time counts for its timeout: all but its waits for others. */
    private Duration streamTime() {
        return spent(SessionStep.UPLOAD)
                .plus(spent(SessionStep.RATE_PAUSE))
                .plus(spent(SessionStep.SCAN));
    }

    /** The session as it is now. Any thread. */
    SessionView view() {
        long now = nanoClock.getAsLong();
        return new SessionView(
                session,
                Optional.ofNullable(command),
                step,
                Duration.ofNanos(Math.max(0, now - stepSinceNanos)),
                Duration.ofNanos(now - acceptedNanos),
                Duration.ofNanos(Math.max(0, now - lastHeardNanos)),
                streamBytes);
    }
}
