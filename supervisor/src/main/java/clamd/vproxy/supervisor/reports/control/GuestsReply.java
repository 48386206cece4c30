package clamd.vproxy.supervisor.reports.control;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reply to {@code guests}. Immutable.
 *
 * @param guests those that run, in the order of their names
 */
public record GuestsReply(boolean ok, List<Guest> guests) {

    /**
     * One guest. Immutable.
     *
     * @param name its name, without what would not be printed as it is
     * @param uuid null without libvirt
     * @param cid null while it has none
     * @param rule the rule that decides
     * @param denied whether that refuses it altogether
     * @param state what becomes of new connections: {@code open}, {@code paused} or {@code
     *     draining}
     * @param connections how many are in service
     * @param waiting how many wait for the quota or the connection rate, or because of a pause
     * @param maxConnections how many may be in service at once
     * @param queueing how many of both stand in a queue: those that wait, and those that need a
     *     place, room or a scan slot at clamd
     * @param longestWaitMillis for how long the one of them has that has longest; 0 if none does
     * @param totals what its sessions came to since it started
     * @param dryRun what is tried on it; null if nothing is
     */
    public record Guest(
            String name,
            @Nullable String uuid,
            @Nullable Long cid,
            String rule,
            boolean denied,
            String state,
            int connections,
            int waiting,
            int maxConnections,
            int queueing,
            long longestWaitMillis,
            Totals totals,
            Today today,
            @Nullable DryRun dryRun) {}

    /**
     * What a guest's sessions came to since it started. Immutable.
     *
     * @param sessions how many have ended
     * @param bytes file data that was taken, that of open sessions included
     * @param scans streams that clamd gave a verdict on
     * @param verdicts how many ended with each; what never occurred is absent
     * @param terminations how many ended in each way; what never occurred is absent
     */
    public record Totals(
            long sessions,
            long bytes,
            long scans,
            Map<String, Long> verdicts,
            Map<String, Long> terminations) {}

    /**
     * A rule that is only tried on a guest. Immutable.
     *
     * @param wouldRefuse how often it would have refused a session, by termination
     */
    public record DryRun(String rule, Map<String, Long> wouldRefuse) {}

    /**
     * What a guest has used today. Immutable.
     *
     * @param date the day, of the host's calendar
     * @param bytes file data that was taken
     * @param bytesLeft what remains of it; null if it is not limited
     * @param scans streams that were to be scanned
     * @param scansLeft what remains of them; null if they are not limited
     */
    public record Today(
            String date,
            long bytes,
            @Nullable Long bytesLeft,
            int scans,
            @Nullable Long scansLeft) {}
}
