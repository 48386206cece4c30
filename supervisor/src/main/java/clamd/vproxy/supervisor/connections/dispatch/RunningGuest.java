package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.ConnectionCount;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.SessionStep;
import clamd.vproxy.worker.session.SessionView;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A running guest with its connections at one moment. Immutable.
 *
 * @param identity the guest's properties that rules match
 * @param policy the limits of sessions that begin now
 * @param connections how many connections are in service and how many are waiting
 * @param admission whether new connections are served, wait or are refused
 * @param sessions the open sessions, waiting connections last
 * @param today what the guest has used today
 * @param tenantToday what its tenant's guests have used today, including guests that have stopped
 */
public record RunningGuest(
        Guest guest,
        GuestIdentity identity,
        GuestPolicy policy,
        ConnectionCount connections,
        Admission admission,
        List<SessionView> sessions,
        DailyAmount today,
        DailyAmount tenantToday) {

    /** Copies the list. */
    public RunningGuest {
        sessions = List.copyOf(sessions);
    }

    /** Returns the policy of the guest's tenant. */
    public TenantPolicy tenant() {
        return policy.tenant();
    }

    /** Returns the guest's name in printable form. */
    public String label() {
        return identity.label();
    }

    /** Returns how much file data the open sessions have taken, in bytes. */
    public long openStreamBytes() {
        return sessions.stream().mapToLong(SessionView::streamBytes).sum();
    }

    /**
     * Returns how many sessions are queued for an upload permit, room in the spool or a scan slot.
     */
    public int queued() {
        return (int)
                sessions.stream()
                        .map(SessionView::step)
                        .filter(step -> step.isQueueing() && step != SessionStep.QUEUE)
                        .count();
    }

    /**
     * Returns the longest current wait of its waiting connections and queued sessions; 0 if there
     * are none.
     */
    public Duration longestWait() {
        return longest(SessionStep::isQueueing);
    }

    /** Returns the longest current wait of its waiting connections; 0 if there are none. */
    public Duration longestWaiting() {
        return longest(step -> step == SessionStep.QUEUE);
    }

    private Duration longest(Predicate<SessionStep> waits) {
        return sessions.stream()
                .filter(session -> waits.test(session.step()))
                .map(SessionView::inStep)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** Returns how much more file data the guest may send today, in bytes; empty = no limit. */
    public OptionalLong bytesLeft() {
        return left(policy.limits().maxDailyBytes(), today.bytes());
    }

    /** Returns how many more streams the guest may have scanned today; empty = no limit. */
    public OptionalLong scansLeft() {
        return left(policy.limits().maxDailyScans(), today.scans());
    }

    private static OptionalLong left(OptionalLong limit, long used) {
        return limit.isPresent()
                ? OptionalLong.of(Math.max(0, limit.getAsLong() - used))
                : OptionalLong.empty();
    }
}
