package clamd.vproxy.supervisor.reports.status;

import clamd.vproxy.supervisor.connections.dispatch.RunningGuest;
import clamd.vproxy.supervisor.reports.activity.HostCounts;
import clamd.vproxy.supervisor.reports.activity.SessionCounts;
import java.time.Instant;
import java.util.List;

/**
 * The state of the whole daemon at one moment, from which the control socket, status page, health
 * checks and metrics are derived. Immutable.
 *
 * @param at when it was taken
 * @param program the version of this program
 * @param status everything but the guests
 * @param guests the running guests, in the order of their names
 * @param counts the counts of ended sessions, by the names of their guests and for the host
 */
public record DaemonSnapshot(
        Instant at, String program, DaemonStatus status, List<Guest> guests, HostCounts counts) {

    /**
     * A running guest. Immutable.
     *
     * @param counts the counts of its ended sessions
     */
    public record Guest(RunningGuest running, SessionCounts counts) {
        /** Returns its name in libvirt, which metrics show. */
        public String domain() {
            return running.guest().name();
        }

        /** Returns the guest as written to JSON. */
        public GuestView view() {
            return GuestView.of(running, counts);
        }
    }

    /** Copies the list. */
    public DaemonSnapshot {
        guests = List.copyOf(guests);
    }
}
