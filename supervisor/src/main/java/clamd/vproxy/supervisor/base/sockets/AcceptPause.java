package clamd.vproxy.supervisor.base.sockets;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets an acceptor that cannot accept, mostly for want of descriptors, wait a little before it
 * tries again, and logs that once. Peers wait in the kernel's backlog meanwhile. Confined to one
 * acceptor thread.
 */
public final class AcceptPause {
    private static final Logger log = LoggerFactory.getLogger(AcceptPause.class);
    private static final long PAUSE_NANOS = 100_000_000;

    private final String listener;
    private boolean failing;

    /**
     * @param listener what the log calls the listener
     */
    public AcceptPause(String listener) {
        this.listener = listener;
    }

    /** Waits a little before the next try; logs the first failure of a row. */
    public void failed(IOException failure) {
        if (!failing) {
            failing = true;
            log.warn(
                    "{} cannot accept connections for now: {}; raise LimitNOFILE if this lasts",
                    listener,
                    failure.getMessage());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Says that accepting works, once after failures. */
    public void accepted() {
        if (failing) {
            failing = false;
            log.info("{} accepts connections again", listener);
        }
    }
}
