package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.worker.session.SessionResult;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies several observers in order; a failing observer does not affect the others. Immutable.
 */
public record SessionObservers(List<SessionObserver> all) implements SessionObserver {
    private static final Logger log = LoggerFactory.getLogger(SessionObservers.class);

    /** Copies the list. */
    public SessionObservers {
        all = List.copyOf(all);
    }

    @Override
    public void ended(EndedSession session) {
        each(observer -> observer.ended(session), session.result());
    }

    @Override
    public void endedOfNoGuest(long cid, SessionResult result) {
        each(observer -> observer.endedOfNoGuest(cid, result), result);
    }

    private void each(Consumer<SessionObserver> tell, SessionResult result) {
        for (SessionObserver observer : all) {
            try {
                tell.accept(observer);
            } catch (RuntimeException e) {
                log.error("a session's result could not be handed on: {}", result, e);
            }
        }
    }
}
