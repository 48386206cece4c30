package clamd.vproxy.supervisor.base.threads;

import java.util.function.LongSupplier;

/** A loop that goes round again and again for as long as its thread is well. */
public interface Loop {
    /** The name of its thread. */
    String name();

    /** How often it has gone round; it does so at least every two seconds. Any thread. */
    long rounds();

    /**
     * Whether it waits for somebody who may take any time, such as libvirt, so that no round is
     * expected of it. Any thread.
     */
    boolean awaitsOthers();

    /** A loop that awaits nobody and counts its rounds itself. */
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
