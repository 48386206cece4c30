package clamd.vproxy.supervisor.dispatch;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.ConnectionCount;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.Termination;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A guest that runs, and how it gets on at one moment. Immutable.
 *
 * @param identity what rules know of it
 * @param policy what sessions that begin now get
 * @param connections how many it has
 * @param longestWait how long the one has waited that came first of those that wait; zero if none
 *     does
 * @param today what it has used today
 * @param totals what its sessions came to since it started
 * @param dryRunRefusals how often the rule that is tried on it would have refused a session
 */
public record ServedGuest(
        Guest guest,
        GuestIdentity identity,
        GuestPolicy policy,
        ConnectionCount connections,
        Duration longestWait,
        DailyAmount today,
        SessionTotals totals,
        Map<Termination, Long> dryRunRefusals) {

    /** Its name, as it may be printed. */
    public String label() {
        return identity.label();
    }

    /** The file data that it may still have taken today, in bytes; empty = there is no limit. */
    public OptionalLong bytesLeft() {
        Limits limits = policy.limits();
        return limits.limitsDailyBytes()
                ? OptionalLong.of(Math.max(0, limits.maxDailyBytes() - today.bytes()))
                : OptionalLong.empty();
    }

    /** How many streams it may still have scanned today; empty = there is no limit. */
    public OptionalLong scansLeft() {
        Limits limits = policy.limits();
        return limits.limitsDailyScans()
                ? OptionalLong.of(Math.max(0, limits.maxDailyScans() - today.scans()))
                : OptionalLong.empty();
    }
}
