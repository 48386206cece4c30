package clamd.vproxy.worker;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Judges sessions that have ended by a policy that is only tried out: what would it have ended that
 * the policy in force let pass? Looks at what a session came to, so that nothing of what serves
 * sessions has to know that there are dry runs.
 *
 * <p>What would only have had to wait is not counted, nor are the rates and the spool, which one
 * session alone does not show. Pure functions.
 */
public final class DryRun {
    /** A limit, and whether a session went over it. */
    private record Limit(Termination termination, Predicate<SessionResult> exceeded) {}

    private DryRun() {}

    /**
     * How the policy that is tried would have ended the session; the first that a session meets.
     *
     * @return nothing if it would have let the session pass, or if the policy in force ended it in
     *     the same way
     */
    public static Optional<Termination> wouldEnd(GuestPolicy tried, SessionResult session) {
        if (tried.denied()) {
            return other(Termination.GUEST_DENIED, session);
        }
        return limits(tried.limits())
                .filter(limit -> limit.exceeded.test(session))
                .findFirst()
                .map(Limit::termination)
                .flatMap(termination -> other(termination, session));
    }

    private static Optional<Termination> other(Termination termination, SessionResult session) {
        return Optional.of(termination).filter(found -> found != session.termination());
    }

    /** In the order in which a session comes to them. */
    private static Stream<Limit> limits(Limits limits) {
        Duration patience = limits.queueTimeout();
        return Stream.of(
                new Limit(
                        Termination.QUOTA,
                        session -> session.demand().connections() > mostConnections(limits)),
                new Limit(Termination.QUOTA, session -> isOver(session.queueWait(), patience)),
                new Limit(
                        Termination.COMMAND_TIMEOUT,
                        session -> isOver(session.demand().commandTime(), limits.commandTimeout())),
                new Limit(
                        Termination.COMMAND_REFUSED,
                        session ->
                                session.command()
                                        .filter(asked -> !limits.commands().contains(asked))
                                        .isPresent()),
                new Limit(
                        Termination.DAILY_SCANS,
                        session ->
                                isStream(session)
                                        && session.demand().today().scans()
                                                > limits.maxDailyScans()),
                new Limit(
                        Termination.DAILY_BYTES,
                        session ->
                                isStream(session)
                                        && session.demand().today().bytes()
                                                > limits.maxDailyBytes()),
                new Limit(
                        Termination.QUEUE_TIMEOUT,
                        session -> isOver(session.permitWait(), patience)),
                new Limit(
                        Termination.CHUNK_LIMIT,
                        session -> session.demand().largestChunkBytes() > limits.maxChunkBytes()),
                new Limit(
                        Termination.STREAM_LIMIT,
                        session -> session.streamBytes() > limits.maxStreamBytes()),
                new Limit(
                        Termination.READ_TIMEOUT,
                        session -> isOver(session.demand().longestSilence(), limits.readTimeout())),
                new Limit(
                        Termination.SLOT_TIMEOUT, session -> isOver(session.slotWait(), patience)),
                new Limit(
                        Termination.STREAM_TIMEOUT,
                        session -> isOver(session.demand().streamTime(), limits.streamTimeout())));
    }

    private static int mostConnections(Limits limits) {
        return limits.maxConnections() == 0
                ? 0
                : limits.maxConnections() + (limits.queue() ? limits.maxWaitingConnections() : 0);
    }

    private static boolean isOver(Duration time, Duration limit) {
        return time.compareTo(limit) > 0;
    }

    private static boolean isStream(SessionResult session) {
        return session.command().filter(Command.INSTREAM::equals).isPresent();
    }
}
