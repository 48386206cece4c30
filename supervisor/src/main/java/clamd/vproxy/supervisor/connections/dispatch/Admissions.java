package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.Admission;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What administrators want of guests' new connections: of each run of a guest, and of all guests.
 * The stricter of the two holds, and each is undone by itself. Thread-safe.
 */
final class Admissions {
    private final Map<Guest.Epoch, Admission> byRun = new ConcurrentHashMap<>();
    private volatile Admission all = Admission.OPEN;

    /** What holds for this run of a guest. */
    Admission of(Guest.Epoch run) {
        return all.stricter(byRun.getOrDefault(run, Admission.OPEN));
    }

    /** What is wanted of all guests. */
    Admission ofAll() {
        return all;
    }

    void set(Guest.Epoch run, Admission next) {
        byRun.put(run, next);
    }

    void setAll(Admission next) {
        all = next;
    }

    /** This run is over. */
    void forget(Guest.Epoch run) {
        byRun.remove(run);
    }
}
