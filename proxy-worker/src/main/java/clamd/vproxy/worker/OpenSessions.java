package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionView;
import clamd.vproxy.worker.session.Termination;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The sessions of one guest that are in service, in the order in which they began. Not thread-safe:
 * the guest's worker guards it.
 */
final class OpenSessions {
    private final Map<Long, Session> byNumber = new LinkedHashMap<>();
    private int ending;

    void add(Session session) {
        byNumber.put(session.number(), session);
    }

    /** It has ended for the guest; {@link #ended} is to follow. */
    void end(Session session) {
        byNumber.remove(session.number());
        ending++;
    }

    /** One that has ended for the guest has for everybody. */
    void ended() {
        ending--;
    }

    /** How many have ended for the guest, but not yet for the host and the listener. */
    int ending() {
        return ending;
    }

    /** How many are in service. */
    int size() {
        return byNumber.size();
    }

    /** Each as it is now. */
    Stream<SessionView> views() {
        return byNumber.values().stream().map(Session::view);
    }

    /** Ends one that has asked clamd for nothing; false if there is none. */
    boolean stopOneIfIdle(Termination reason) {
        return byNumber.values().stream().anyMatch(session -> session.stopIfIdle(reason));
    }

    /** Ends those that have asked clamd for nothing. */
    void stopIdle(Termination reason) {
        byNumber.values().forEach(session -> session.stopIfIdle(reason));
    }

    void stopAll(Termination reason) {
        byNumber.values().forEach(session -> session.stop(reason));
    }

    /** Ends the one with this number; false if there is none. */
    boolean stop(long number, Termination reason) {
        Session session = byNumber.get(number);
        if (session != null) {
            session.stop(reason);
        }
        return session != null;
    }
}
