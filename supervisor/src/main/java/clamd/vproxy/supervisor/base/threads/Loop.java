package clamd.vproxy.supervisor.base.threads;

import java.util.function.LongSupplier;

/** A loop that runs rounds for as long as its thread is healthy. */
public interface Loop {
    /** Returns the name of the loop's thread. */
    String name();

    /**
     * Returns how many rounds the loop has finished; it finishes one at least every two seconds.
     * Any thread.
     */
    long rounds();

    /**
     * Whether the loop waits for another process that may take any time, such as libvirt, so that
     * no round is expected. Any thread.
     */
    boolean awaitsOthers();

    /** Returns a loop that waits for no other process and counts its rounds itself. */
    static Loop counting(String name, LongSupplier rounds) {
        return new Loop() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long rounds() {
                return rounds.getAsLong();
            }

            @Override
            public boolean awaitsOthers() {
                return false;
            }
        };
    }
}
