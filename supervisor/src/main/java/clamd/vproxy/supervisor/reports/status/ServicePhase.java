package clamd.vproxy.supervisor.reports.status;

import java.util.concurrent.atomic.AtomicReference;

/** Whether the daemon accepts guests: not yet, now, or no more. Thread-safe. */
public final class ServicePhase {
    private enum Phase {
        STARTING,
        SERVING,
        STOPPING
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);

    /** All listeners are there. */
    public void serving() {
        phase.compareAndSet(Phase.STARTING, Phase.SERVING);
    }

    /** No more connections are taken; what runs may go on for a while. */
    public void stopping() {
        phase.set(Phase.STOPPING);
    }

    /** Whether guests are accepted now. */
    public boolean isServing() {
        return phase.get() == Phase.SERVING;
    }

    /** Whether the daemon is about to end. */
    public boolean isStopping() {
        return phase.get() == Phase.STOPPING;
    }
}
