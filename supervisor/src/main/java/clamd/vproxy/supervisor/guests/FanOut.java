package clamd.vproxy.supervisor.guests;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notifies several listeners, in the order in which they were added. Thread-safe. */
public final class FanOut implements GuestListener {
    private final List<GuestListener> listeners = new CopyOnWriteArrayList<>();

    /** Adds a listener, which is notified of all later events. */
    public void add(GuestListener listener) {
        listeners.add(listener);
    }

    @Override
    public void started(Guest guest) {
        listeners.forEach(listener -> listener.started(guest));
    }

    @Override
    public void changed(Guest before, Guest after) {
        listeners.forEach(listener -> listener.changed(before, after));
    }

    @Override
    public void stopped(Guest guest) {
        listeners.forEach(listener -> listener.stopped(guest));
    }
}
