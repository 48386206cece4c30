package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures one session: its current step, the time spent in each step, and the bytes of its stream.
 * Confined to the session's thread, except for {@link #view}, which any thread may call.
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

    // read by other threads, too; each value is correct, but they may be of different moments
    private volatile SessionStep step = SessionStep.QUEUE;
    private volatile long stepSinceNanos;
    private volatile long lastHeardNanos;
    private volatile long streamBytes;
    private volatile @Nullable Command command;

    /** Creates the meter of a session that has been waiting for its turn since it was accepted. */
    SessionMeter(long session, long acceptedNanos, LongSupplier nanoClock) {
        this.session = session;
        this.acceptedNanos = acceptedNanos;
        this.nanoClock = nanoClock;
        this.stepSinceNanos = acceptedNanos;
        this.lastHeardNanos = acceptedNanos;
    }

    /**
     * Enters the next step of the session.
     *
     * @return the time spent in the step that ends, in nanoseconds
     */
    long enter(SessionStep next) {
        long now = nanoClock.getAsLong();
        long spent = now - stepSinceNanos;
        spentNanos.merge(step, spent, Long::sum);
        step = next;
        stepSinceNanos = now;
        return spent;
    }

    /** Returns the total time spent in a step, in nanoseconds, without the current visit. */
    long spentNanos(SessionStep done) {
        return spentNanos.getOrDefault(done, 0L);
    }

    Duration spent(SessionStep done) {
        return Duration.ofNanos(spentNanos(done));
    }

    /** Records the guest's command. */
    void asked(Command accepted) {
        command = accepted;
    }

    boolean isAsked() {
        return command != null;
    }

    /**
     * Records that bytes of the stream arrived after a wait that began at {@code
     * waitingSinceNanos}.
     */
    void heard(long waitingSinceNanos) {
        long now = nanoClock.getAsLong();
        longestSilenceNanos = Math.max(longestSilenceNanos, now - waitingSinceNanos);
        lastHeardNanos = now;
    }

    /**
     * Records the stream's progress: its bytes of file data so far, and its largest declared chunk.
     */
    void streamed(long bytes, long largestChunk) {
        streamBytes = bytes;
        largestChunkBytes = largestChunk;
    }

    /** Records the hash of the whole stream. */
    void hashed(String hexadecimal) {
        sha256 = Optional.of(hexadecimal);
    }

    /** Records that the verdict came from the verdict memory. */
    void recalled() {
        cached = true;
    }

    /**
     * Returns the result of the request, which has ended.
     *
     * @param number the request's number in its session, 0 = the only one
     * @param attempt the text of the guest's request if it differs from the command
     * @param connections the guest's connections in service and waiting when the connection arrived
     * @param tenantConnections the tenant's connections in service and waiting at that time
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

    /**
     * Returns the part of a stream's time that counts for its timeout: all except its waits for
     * other sessions.
     */
    private Duration streamTime() {
        return spent(SessionStep.UPLOAD)
                .plus(spent(SessionStep.RATE_PAUSE))
                .plus(spent(SessionStep.SCAN));
    }

    /** Returns a snapshot of the session. Any thread. */
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
