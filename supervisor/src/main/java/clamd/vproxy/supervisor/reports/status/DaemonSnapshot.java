package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.reports.activity.HostCounts;
import clamd.vproxy.supervisor.reports.activity.SessionCounts;
import java.time.Instant;
import java.util.List;

/**
 * The whole daemon at one moment: control socket, status page, health checks and metrics are made
 * from it. Immutable.
 *
 * @param at when it was taken
 * @param program the version of this program
 * @param status all but the guests
 * @param guests the running guests, in the order of their names
 * @param counts the sessions that have ended, by the names of their guests and for the host
 */
public record DaemonSnapshot(
        Instant at, String program, DaemonStatus status, List<Guest> guests, HostCounts counts) {

    /**
     * A running guest. Immutable.
     *
     * @param counts its sessions that have ended
     */
    public record Guest(RunningGuest running, SessionCounts counts) {
        /** Its name as libvirt has it, which metrics show. */
        public String domain() {
            return running.guest().name();
        }

        /** The guest as JSON has it. */
        public GuestView view() {
            return GuestView.of(running, counts);
        }
    }

    /** Copies the list. */
    public DaemonSnapshot {
        guests = List.copyOf(guests);
    }
}
