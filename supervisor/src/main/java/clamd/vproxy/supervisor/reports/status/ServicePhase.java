package clamd.vproxy.supervisor.reports.status;

import java.util.concurrent.atomic.AtomicReference;

/** Whether the daemon accepts guests. Thread-safe. */
public final class ServicePhase {
    /** The phases, in their order. */
    public enum Phase {
        /** Not all listeners are there. */
        STARTING,
        /** Guests are accepted. */
        SERVING,
        /** No more connections are accepted; open sessions may finish. */
        STOPPING
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);

    /** All listeners are there. */
    public void serving() {
        phase.compareAndSet(Phase.STARTING, Phase.SERVING);
    }

    /** No more connections are accepted. */
    public void stopping() {
        phase.set(Phase.STOPPING);
    }

    /** The phase now. */
    Phase phase() {
        return phase.get();
    }
}
