package clamd.vproxy.supervisor.base.sockets;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses an acceptor that cannot accept, usually for lack of descriptors, before it retries, and
 * logs that once. Peers wait in the kernel's backlog meanwhile. Confined to one acceptor thread.
 */
public final class AcceptPause {
    private static final Logger log = LoggerFactory.getLogger(AcceptPause.class);
    private static final long PAUSE_NANOS = 100_000_000;

    private final String listener;
    private boolean failing;

    /**
     * @param listener the listener's name in the log
     */
    public AcceptPause(String listener) {
        this.listener = listener;
    }

    /** Waits briefly before the next try; logs the first of consecutive failures. */
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

    /** Logs that accepting works again, once after failures. */
    public void accepted() {
        if (failing) {
            failing = false;
            log.info("{} accepts connections again", listener);
        }
    }
}
