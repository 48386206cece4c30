package clamd.vproxy.supervisor.reports.status;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the status page shows, to be written as JSON. Immutable. Times are ISO 8601 in UTC.
 *
 * @param time when this was so
 * @param version of this program; null if it was not built as a package
 * @param ready whether guests are served
 * @param checks what that depends on
 * @param connections of all guests, served or waiting
 * @param maxConnections how many there may be
 * @param strangers how many connections of no guest were refused
 * @param spanSeconds what each number of {@code recentSessions} and {@code recentBytes} is about
 */
public record StatusDocument(
        String time,
        @Nullable String version,
        boolean ready,
        List<HealthReport.Check> checks,
        int connections,
        int maxConnections,
        long strangers,
        long spanSeconds,
        Policy policy,
        List<Clamd> clamds,
        List<Libvirt> libvirts,
        List<Guest> guests) {

    /**
     * The policies in force. Immutable.
     *
     * @param wrongSince since when the file is wrong; null if it is not
     */
    public record Policy(String revision, String loadedAt, @Nullable String wrongSince) {}

    /**
     * One clamd. Immutable.
     *
     * @param engine its version; null if it does not tell
     * @param signatures the version of its daily signatures; null if it does not tell
     * @param signatureAgeSeconds how old these are; null if it does not tell
     */
    public record Clamd(
            String endpoint,
            boolean up,
            @Nullable String engine,
            @Nullable Long signatures,
            @Nullable Long signatureAgeSeconds,
            int uploads,
            int uploadPlaces,
            int scans,
            int scanSlots,
            int waitingScans) {}

    /** One libvirt. Immutable. */
    public record Libvirt(String uri, boolean connected, int guests) {}

    /**
     * One guest. Immutable.
     *
     * @param cid null if it has none
     * @param rule that holds for it
     * @param denied whether that admits it to nothing
     * @param served connections that are served
     * @param waiting connections that wait for its quota or rate
     * @param limit how many may be served
     * @param longestWaitSeconds how long the first of those that wait has waited
     * @param clean how many of its streams were found clean, since it started
     * @param infected how many were not
     * @param answered how many PINGs and VERSIONs were answered
     * @param refused how many of its sessions the policy did not allow
     * @param errors how many had no answer
     * @param streamBytes bytes of file data taken from it
     * @param recentSessions how many sessions ended in each of the last spans, the oldest first;
     *     empty if none
     * @param recentBytes the bytes that these took; empty if none
     */
    public record Guest(
            String name,
            String uuid,
            @Nullable Long cid,
            String rule,
            boolean denied,
            int served,
            int waiting,
            int limit,
            long longestWaitSeconds,
            long clean,
            long infected,
            long answered,
            long refused,
            long errors,
            long streamBytes,
            List<Long> recentSessions,
            List<Long> recentBytes) {}
}
