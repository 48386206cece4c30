package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.base.text.HostName;
import java.time.Instant;
import java.util.List;

/**
 * The status page's data, to be written as JSON. Immutable.
 *
 * @param time the time of the data
 * @param host the host's name; empty if it is not known
 * @param program the version of this program
 * @param ready whether guests are served
 * @param checks the checks that decide this
 */
public record StatusPage(
        Instant time,
        String host,
        String program,
        boolean ready,
        List<HealthReport.Check> checks,
        DaemonStatus daemon,
        List<Row> guests) {
    /**
     * A guest's line. Immutable.
     *
     * @param domain its name in libvirt
     * @param longestWaitingSeconds the longest wait of its waiting connections
     * @param recentSessions how many sessions ended in each of the last spans of five seconds, the
     *     oldest first; empty if none
     * @param recentBytes the bytes that these sessions received
     */
    public record Row(
            String domain,
            GuestView guest,
            long longestWaitingSeconds,
            List<Long> recentSessions,
            List<Long> recentBytes) {
        static Row of(DaemonSnapshot.Guest guest) {
            return new Row(
                    guest.running().guest().name(),
                    guest.view(),
                    guest.running().longestWaiting().toSeconds(),
                    guest.counts().recentSessions(),
                    guest.counts().recentBytes());
        }
    }

    /** Returns the page for a snapshot. */
    public static StatusPage of(DaemonSnapshot snapshot) {
        HealthReport ready = Health.ready(snapshot.status());
        return new StatusPage(
                snapshot.at(),
                HostName.read(),
                snapshot.program(),
                ready.passed(),
                ready.checks(),
                snapshot.status(),
                snapshot.guests().stream().map(Row::of).toList());
    }
}
