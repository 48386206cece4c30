package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.reports.activity.SessionCounts;
import clamd.vproxy.worker.session.Termination;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A running guest, to be written as JSON. Immutable.
 *
 * @param name its name, without unprintable characters
 * @param uuid null without libvirt
 * @param cid null while it has none
 * @param tenant the name of its tenant; null if it is a tenant of its own
 * @param rule the rule that decides
 * @param denied whether that rule refuses every connection
 * @param state what happens to new connections: {@code open}, {@code paused} or {@code draining}
 * @param connections how many are in service
 * @param waiting how many wait for the quota or the connection rate, or because of a pause
 * @param maxConnections how many may be in service at once
 * @param queued how many sessions wait for an upload permit, room in the spool or a scan slot
 * @param longestWaitMillis the longest wait of its waiting connections and queued sessions
 * @param totals the sessions since it started
 * @param today the guest's usage of the day
 * @param dryRun the dry run of a rule on it; null if none is
 */
public record GuestView(
        String name,
        @Nullable String uuid,
        @Nullable Long cid,
        @Nullable String tenant,
        String rule,
        boolean denied,
        String state,
        int connections,
        int waiting,
        int maxConnections,
        int queued,
        long longestWaitMillis,
        Totals totals,
        Today today,
        @Nullable DryRun dryRun) {

    /**
     * The totals of a guest's sessions since it started. Immutable.
     *
     * @param sessions how many have ended
     * @param bytes file data received, including that of open sessions
     * @param scans how many streams had a verdict
     * @param cached how many of these verdicts were remembered; empty in a reply of an earlier
     *     version
     * @param verdicts how many ended with each; a verdict that never occurred is absent
     * @param terminations how many ended in each way; a way that never occurred is absent
     */
    public record Totals(
            long sessions,
            long bytes,
            long scans,
            Optional<Long> cached,
            Map<String, Long> verdicts,
            Map<String, Long> terminations) {}

    /**
     * A dry run of a rule on a guest. Immutable.
     *
     * @param wouldRefuse how many sessions it would have refused, by termination
     */
    public record DryRun(String rule, Map<String, Long> wouldRefuse) {}

    /**
     * The amounts that a guest or tenant has used today. Immutable.
     *
     * @param date the day in the host's time zone
     * @param bytes file data received
     * @param bytesLeft how many bytes remain; null without a limit
     * @param scans how many streams were sent for a scan
     * @param scansLeft how many scans remain; null without a limit
     */
    public record Today(
            String date,
            long bytes,
            @Nullable Long bytesLeft,
            int scans,
            @Nullable Long scansLeft) {}

    static GuestView of(RunningGuest guest, SessionCounts counts) {
        return new GuestView(
                guest.label(),
                uuid(guest),
                orNull(guest.guest().cid()),
                guest.tenant().tenant().named().orElse(null),
                guest.policy().origin().label(),
                guest.policy().denied(),
                guest.admission().label(),
                guest.connections().inService(),
                guest.connections().waiting(),
                guest.policy().limits().maxConnections(),
                guest.queued(),
                guest.longestWait().toMillis(),
                new Totals(
                        counts.sessionCount(),
                        counts.streamBytes() + guest.openStreamBytes(),
                        counts.scans(),
                        Optional.of(counts.cached()),
                        counts.verdicts(),
                        counts.terminations()),
                new Today(
                        guest.today().date().toString(),
                        guest.today().bytes(),
                        orNull(guest.bytesLeft()),
                        guest.today().scans(),
                        orNull(guest.scansLeft())),
                guest.policy().dryRun().map(tried -> dryRun(tried, counts)).orElse(null));
    }

    private static DryRun dryRun(GuestPolicy tried, SessionCounts counts) {
        Map<String, Long> named = new TreeMap<>();
        Map<Termination, Long> refusals = counts.dryRunByRule().getOrDefault(tried, Map.of());
        refusals.forEach((termination, count) -> named.put(termination.code(), count));
        return new DryRun(tried.origin().label(), named);
    }

    /** Returns the UUID as reports show it; null without libvirt. */
    public static @Nullable String uuid(RunningGuest guest) {
        return guest.identity().uuid().map(UUID::toString).orElse(null);
    }

    static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }
}
