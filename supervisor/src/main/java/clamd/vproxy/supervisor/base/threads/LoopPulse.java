package clamd.vproxy.supervisor.base.threads;

import java.util.concurrent.atomic.AtomicLong;

/** What a loop says of itself. Written by the loop's own thread, read by any. */
public final class LoopPulse implements Loop {
    private final String name;
    private final AtomicLong rounds = new AtomicLong();
    private volatile boolean awaitsOthers;

    /**
     * The pulse of a loop that has not begun.
     *
     * @param name the name of its thread
     */
    public LoopPulse(String name) {
        this.name = name;
    }

    /** The loop has gone round, and the next round is its own matter. */
    public void beat() {
        awaitsOthers = false;
        rounds.incrementAndGet();
    }

    /** Until the next beat the loop waits for another process, which may take any time. */
    public void awaitOthers() {
        awaitsOthers = true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long rounds() {
        return rounds.get();
    }

    @Override
    public boolean awaitsOthers() {
        return awaitsOthers;
    }
}
