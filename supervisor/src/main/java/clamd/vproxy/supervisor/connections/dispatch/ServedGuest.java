package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.Admission;
import clamd.vproxy.worker.ConnectionCount;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.SessionStep;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A guest that runs, and how it gets on at one moment. Immutable.
 *
 * @param identity what rules know of it
 * @param policy what sessions that begin now get
 * @param connections how many it has
 * @param admission what becomes of its new connections
 * @param sessions its open ones, those that wait last
 * @param today what it has used today
 * @param totals what its sessions came to since it started
 * @param dryRunRefusals how often the rule that is tried on it would have refused a session
 */
public record ServedGuest(
        Guest guest,
        GuestIdentity identity,
        GuestPolicy policy,
        ConnectionCount connections,
        Admission admission,
        List<SessionView> sessions,
        DailyAmount today,
        SessionTotals totals,
        Map<Termination, Long> dryRunRefusals) {

    /** Copies the list. */
    public ServedGuest {
        sessions = List.copyOf(sessions);
    }

    /** Its name, as it may be printed. */
    public String label() {
        return identity.label();
    }

    /** File data taken from it since it started, that of open sessions included, in bytes. */
    public long streamBytes() {
        return totals.streamBytes() + sessions.stream().mapToLong(SessionView::streamBytes).sum();
    }

    /** How many of its open sessions stand in a queue, at clamd or before. */
    public int queueing() {
        return (int) sessions.stream().filter(session -> session.step().isQueueing()).count();
    }

    /** For how long the one of them has that has longest; 0 if there is none. */
    public Duration longestWait() {
        return longest(SessionStep::isQueueing);
    }

    /** The longest wait for its quota or rate, or for the end of a pause; 0 if nobody does. */
    public Duration longestQueueWait() {
        return longest(step -> step == SessionStep.QUEUE);
    }

    private Duration longest(Predicate<SessionStep> waits) {
        return sessions.stream()
                .filter(session -> waits.test(session.step()))
                .map(SessionView::inStep)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** The file data that it may still have taken today, in bytes; empty = there is no limit. */
    public OptionalLong bytesLeft() {
        return left(policy.limits().maxDailyBytes(), today.bytes());
    }

    /** How many streams it may still have scanned today; empty = there is no limit. */
    public OptionalLong scansLeft() {
        return left(policy.limits().maxDailyScans(), today.scans());
    }

    private static OptionalLong left(OptionalLong limit, long used) {
        return limit.isPresent()
                ? OptionalLong.of(Math.max(0, limit.getAsLong() - used))
                : OptionalLong.empty();
    }
}
