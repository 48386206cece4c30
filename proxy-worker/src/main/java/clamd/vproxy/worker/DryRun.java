package clamd.vproxy.worker;

import static clamd.vproxy.policies.Limit.MAX_CONNECTIONS;
import static clamd.vproxy.policies.Limit.MAX_DAILY_BYTES;
import static clamd.vproxy.policies.Limit.MAX_DAILY_SCANS;
import static clamd.vproxy.policies.Limit.MAX_WAITING_CONNECTIONS;
import static clamd.vproxy.worker.session.Termination.CHUNK_LIMIT;
import static clamd.vproxy.worker.session.Termination.COMMAND_REFUSED;
import static clamd.vproxy.worker.session.Termination.COMMAND_TIMEOUT;
import static clamd.vproxy.worker.session.Termination.DAILY_BYTES;
import static clamd.vproxy.worker.session.Termination.DAILY_SCANS;
import static clamd.vproxy.worker.session.Termination.GUEST_DENIED;
import static clamd.vproxy.worker.session.Termination.QUEUE_TIMEOUT;
import static clamd.vproxy.worker.session.Termination.QUOTA;
import static clamd.vproxy.worker.session.Termination.READ_TIMEOUT;
import static clamd.vproxy.worker.session.Termination.SLOT_TIMEOUT;
import static clamd.vproxy.worker.session.Termination.STREAM_LIMIT;
import static clamd.vproxy.worker.session.Termination.STREAM_TIMEOUT;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.TenantLimits;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.Demand;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Evaluates ended sessions against a trial policy, to find those that it would have ended
 * differently from the policy in force. The evaluation uses only results, so the code that serves
 * sessions does not depend on dry runs. Pure functions.
 *
 * <p>A session that would only have waited longer is not counted. The rates and the spool are not
 * evaluated, because a single session's result does not show them.
 */
public final class DryRun {
    private DryRun() {}

    /**
     * Returns how the trial policy would have ended the session: the first limit that the session
     * exceeds. A tenant's limits count only if the session was served for the same tenant, because
     * the usage of another tenant is unknown.
     *
     * @param served the policy in force
     * @return empty if the trial policy would not have ended the session, or if the policy in force
     *     ended it in the same way
     */
    public static Optional<Termination> wouldEnd(
            GuestPolicy served, GuestPolicy tried, SessionResult session) {
        boolean sameTenant = served.tenant().tenant().equals(tried.tenant().tenant());
        TenantLimits together = sameTenant ? tried.tenant().limits() : TenantLimits.NONE;
        return (tried.denied()
                        ? Optional.of(GUEST_DENIED)
                        : exceeded(tried.limits(), together, session))
                .filter(termination -> termination != session.termination());
    }

    private static Optional<Termination> exceeded(
            Limits limits, TenantLimits together, SessionResult session) {
        Duration patience = limits.queueTimeout();
        Demand demand = session.demand();
        DailyAmount today = demand.today();
        DailyAmount all = demand.tenantToday();
        boolean stream = session.command().filter(Command.INSTREAM::equals).isPresent();
        boolean allowed = session.command().stream().allMatch(limits.commands()::contains);
        // in the order in which a session reaches these limits
        return Stream.of(
                        when(demand.connections() > mostConnections(limits), QUOTA),
                        when(isOver(demand.tenantConnections(), mostOf(together)), QUOTA),
                        when(isOver(session.queueWait(), patience), QUOTA),
                        when(
                                isOver(demand.commandTime(), limits.commandTimeout()),
                                COMMAND_TIMEOUT),
                        when(!allowed, COMMAND_REFUSED),
                        when(stream && isOver(today.scans(), limits.maxDailyScans()), DAILY_SCANS),
                        when(
                                stream && isOver(all.scans(), together.bound(MAX_DAILY_SCANS)),
                                DAILY_SCANS),
                        when(stream && isOver(today.bytes(), limits.maxDailyBytes()), DAILY_BYTES),
                        when(
                                stream && isOver(all.bytes(), together.bound(MAX_DAILY_BYTES)),
                                DAILY_BYTES),
                        when(isOver(session.permitWait(), patience), QUEUE_TIMEOUT),
                        when(demand.largestChunkBytes() > limits.maxChunkBytes(), CHUNK_LIMIT),
                        when(session.streamBytes() > limits.maxStreamBytes(), STREAM_LIMIT),
                        when(isOver(demand.longestSilence(), limits.readTimeout()), READ_TIMEOUT),
                        when(isOver(session.slotWait(), patience), SLOT_TIMEOUT),
                        when(isOver(demand.streamTime(), limits.streamTimeout()), STREAM_TIMEOUT))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Termination> when(boolean exceeded, Termination termination) {
        return exceeded ? Optional.of(termination) : Optional.empty();
    }

    private static int mostConnections(Limits limits) {
        return limits.maxConnections() == 0
                ? 0
                : limits.maxConnections() + (limits.queue() ? limits.maxWaitingConnections() : 0);
    }

    private static OptionalLong mostOf(TenantLimits together) {
        OptionalLong quota = together.bound(MAX_CONNECTIONS);
        OptionalLong waiting = together.bound(MAX_WAITING_CONNECTIONS);
        boolean none = quota.isPresent() && quota.getAsLong() == 0;
        if (none || quota.isEmpty()) {
            return quota;
        }
        return waiting.isPresent()
                ? OptionalLong.of(quota.getAsLong() + waiting.getAsLong())
                : OptionalLong.empty();
    }

    private static boolean isOver(Duration time, Duration limit) {
        return time.compareTo(limit) > 0;
    }

    private static boolean isOver(long amount, OptionalLong limit) {
        return limit.isPresent() && amount > limit.getAsLong();
    }
}
