package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one guest: those that wait for their turn, and the sessions.
 *
 * <p>Not thread-safe; its worker guards it.
 */
final class GuestConnections {
    /** The waiting connections, in the order in which they were accepted. */
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    /** The sessions by number, in the order in which they began. */
    private final Map<Long, SessionInService> sessions = new LinkedHashMap<>();

    private int inService;
    private int unfinished;

    /** A connection and its lease, by which it counts for the host's limit. */
    record Connection(Arrival arrival, HostConnections.Lease lease) {
        long number() {
            return arrival.number();
        }
    }

    /** Counts a connection that was accepted, until {@link #finished}. */
    void accepted() {
        unfinished++;
    }

    /** Counts a connection whose end was reported to the listener. */
    void finished() {
        unfinished--;
    }

    /** Whether the end of every accepted connection was reported to the listener. */
    boolean isFinished() {
        return unfinished == 0;
    }

    void await(Connection connection) {
        waiting.add(connection);
    }

    /** Returns the connection that has waited longest, if one is waiting. */
    @Nullable Connection longestWaiting() {
        return waiting.peek();
    }

    /** Removes and returns the connection that has waited longest; there must be one. */
    Connection unqueue() {
        return waiting.remove();
    }

    /** Removes and returns the waiting connection with this number, if there is one. */
    Optional<Connection> unqueue(long number) {
        Optional<Connection> found =
                waiting.stream().filter(each -> each.number() == number).findFirst();
        found.ifPresent(waiting::remove);
        return found;
    }

    int waiting() {
        return waiting.size();
    }

    boolean isNoneWaiting() {
        return waiting.isEmpty();
    }

    void add(SessionInService session) {
        sessions.put(session.number(), session);
    }

    void remove(SessionInService session) {
        sessions.remove(session.number());
    }

    /** Returns the session with this number, if it has not ended yet. */
    @Nullable SessionInService session(long number) {
        return sessions.get(number);
    }

    /** Returns the number of sessions that have not ended, in service or not. */
    int sessions() {
        return sessions.size();
    }

    /** Counts a session for the quota, until {@link #leaveService}. */
    void enterService() {
        inService++;
    }

    void leaveService() {
        inService--;
    }

    /** Returns the number of sessions that count for the quota. */
    int inService() {
        return inService;
    }

    /** Ends all sessions soon. */
    void stop(Termination reason) {
        sessions.values().forEach(each -> each.session().stop(reason));
    }

    /** Ends the sessions that have no request at clamd. */
    void stopIdle(Termination reason) {
        for (SessionInService each : sessions.values()) {
            boolean _ = each.session().stopIfIdle(reason);
        }
    }

    /** Returns a view of each session, followed by the waiting connections. */
    List<SessionView> views(long nowNanos) {
        return Stream.concat(
                        sessions.values().stream().map(each -> each.session().view()),
                        waiting.stream().map(each -> SessionView.waiting(each.arrival, nowNanos)))
                .toList();
    }
}
