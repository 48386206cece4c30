package clamd.vproxy.supervisor.reports.control;

import java.util.List;

/**
 * The reply to {@code guest}: everything about one guest. Immutable.
 *
 * @param guest as among all guests
 * @param source the connect URI at which it runs
 * @param classes the policy classes in its metadata
 * @param limits what sessions that begin now get
 * @param sessions its open ones, those that wait last
 */
public record GuestReply(
        boolean ok,
        GuestsReply.Guest guest,
        String source,
        List<String> classes,
        List<LimitOfGuest> limits,
        List<SessionsReply.Session> sessions) {}
