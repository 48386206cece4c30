package clamd.vproxy.supervisor.control;

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
     * @param connections how many are in service
     * @param waiting how many wait for the quota or the connection rate
     * @param maxConnections how many may be in service at once
     * @param dryRun what is tried on it; null if nothing is
     */
    public record Guest(
            String name,
            @Nullable String uuid,
            @Nullable Long cid,
            String rule,
            boolean denied,
            int connections,
            int waiting,
            int maxConnections,
            Today today,
            @Nullable DryRun dryRun) {}

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
