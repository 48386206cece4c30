package clamd.vproxy.supervisor.base.threads;

import java.util.concurrent.atomic.AtomicLong;

/** The pulse that a loop reports. The loop's own thread writes it; any thread may read it. */
public final class LoopPulse implements Loop {
    private final String name;
    private final AtomicLong rounds = new AtomicLong();
    private volatile boolean awaitsOthers;

    /**
     * Creates the pulse of a loop that has not started.
     *
     * @param name the name of its thread
     */
    public LoopPulse(String name) {
        this.name = name;
    }

    /** Records a finished round; the next round waits for no other process. */
    public void beat() {
        awaitsOthers = false;
        rounds.incrementAndGet();
    }

    /**
     * Records that until the next beat the loop waits for another process, which may take any time.
     */
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
