package clamd.vproxy.worker;

import clamd.vproxy.worker.session.Session;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one guest, named {@code <domain>#<n>} by the lowest number that is free. Not
 * thread-safe: the guest's worker guards it.
 */
final class GuestThreads {
    private static final Logger log = LoggerFactory.getLogger(GuestThreads.class);

    /** So that those that tell of a session's end are bounded, too. */
    private static final int MOST_THREADS_TO_QUOTA = 2;

    private final String domain;
    private final Service service;
    private final IntConsumer lost;
    private final BitSet numbers = new BitSet();

    /** The last attempt to start one. */
    private boolean failed;

    /** What a thread does from its start to its end. */
    interface Service {
        /**
         * Serves until there is nothing to do; says so by {@link #ended} before it returns.
         *
         * @param number the thread's, from 0
         * @param scratch a direct buffer for the thread's use
         */
        void serve(int number, ByteBuffer scratch);
    }

    /**
     * @param lost hears of a thread that ended otherwise, on that thread
     */
    GuestThreads(String domain, Service service, IntConsumer lost) {
        this.domain = domain;
        this.service = service;
        this.lost = lost;
    }

    /**
     * Whether a guest with this quota may have one more.
     *
     * @param telling how many of its threads tell of a session's end, and hold no part of the quota
     */
    boolean mayStart(int quota, int telling) {
        return count() - telling < quota && count() < MOST_THREADS_TO_QUOTA * quota;
    }

    /** Starts one more; false if none can be had. */
    boolean start() {
        int number = numbers.nextClearBit(0);
        try {
            WorkerThreads.start(domain + "#" + (number + 1), () -> run(number));
            numbers.set(number);
            failed = false;
            return true;
        } catch (OutOfMemoryError e) {
            if (!failed) {
                // it is tried again and again while somebody waits
                log.atWarn()
                        .addKeyValue("domain", domain)
                        .log("no further thread for this guest: {}", e.getMessage());
            }
            failed = true;
            return false;
        }
    }

    private void run(int number) {
        boolean idle = false;
        try {
            service.serve(number, ByteBuffer.allocateDirect(Session.SCRATCH_BYTES));
            idle = true;
        } catch (OutOfMemoryError e) {
            log.atError().addKeyValue("domain", domain).setCause(e).log("a thread was lost");
        } finally {
            if (!idle) {
                lost.accept(number);
            }
        }
    }

    /** This one counts no more. */
    void ended(int number) {
        numbers.clear(number);
    }

    /** How many there are. */
    int count() {
        return numbers.cardinality();
    }
}
