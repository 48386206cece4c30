package clamd.vproxy.supervisor.reports.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply to {@code status}. Immutable. Times are ISO 8601 in UTC.
 *
 * @param policy how it stands with the policy file
 * @param libvirt how it stands with each connect URI
 * @param clamds how each clamd gets on, in the order given
 * @param state what becomes of new connections of all guests: {@code open}, {@code paused} or
 *     {@code draining}
 * @param audit how it stands with the audit file; null if there is none
 * @param guests how many guests run
 * @param sessions how many connections of theirs are in service or wait
 */
public record StatusReply(
        boolean ok,
        Policy policy,
        List<Libvirt> libvirt,
        List<Clamd> clamds,
        String state,
        @Nullable Audit audit,
        int guests,
        int sessions) {

    /**
     * The policies. Immutable.
     *
     * @param loadedAt since when this revision is in force
     * @param lastError what is wrong with the file; null if nothing is
     */
    public record Policy(
            String file, String revision, String loadedAt, @Nullable LastError lastError) {}

    /**
     * Why the file is not in force. Immutable.
     *
     * @param since when it was first found wrong
     * @param problems all that is wrong with it, a line each
     */
    public record LastError(String since, List<String> problems) {}

    /**
     * One libvirt. Immutable.
     *
     * @param connected whether there is a connection now
     * @param since when that became so
     * @param lastEvent when it last reported anything; null if never
     * @param lastList when its domains were last listed; null if never
     * @param guests how many of its guests are known
     * @param lastError what last went wrong, kept afterwards; null if nothing did
     */
    public record Libvirt(
            String uri,
            boolean connected,
            String since,
            @Nullable String lastEvent,
            @Nullable String lastList,
            int guests,
            @Nullable String lastError) {}

    /**
     * One clamd. Immutable.
     *
     * @param endpoint where it listens, as the operator wrote it
     * @param up whether sessions use it
     * @param since when that became so
     * @param lastError why it was last refused or down, kept afterwards; null if it never was
     * @param uploads streams that are open there now, those it scans included
     * @param uploadPlaces how many may be
     * @param scans streams that it scans now
     * @param scanSlots how many it may scan at once
     */
    public record Clamd(
            String endpoint,
            boolean up,
            String since,
            @Nullable String lastError,
            int uploads,
            int uploadPlaces,
            int scans,
            int scanSlots) {}

    /**
     * The audit file. Immutable.
     *
     * @param written records since the daemon's start
     * @param lost records since then that could not be written
     * @param failingSince since when nothing can be written; null if that is not so
     * @param lastError why nothing can be written; null if that is not so
     */
    public record Audit(
            String file,
            long written,
            long lost,
            @Nullable String failingSince,
            @Nullable String lastError) {}
}
