package clamd.vproxy.supervisor.connections.listen;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an acceptor does when it cannot accept, mostly for want of descriptors: it waits a little
 * and tries again, and says so once. Peers wait in the kernel's backlog meanwhile. Confined to one
 * acceptor thread.
 */
final class AcceptPause {
    private static final Logger log = LoggerFactory.getLogger(AcceptPause.class);
    private static final long PAUSE_NANOS = 100_000_000;

    private final String listener;
    private boolean failing;

    AcceptPause(String listener) {
        this.listener = listener;
    }

    void failed(IOException failure) {
        if (!failing) {
            failing = true;
            log.warn(
                    "{} cannot accept connections for now: {}; raise LimitNOFILE if this lasts",
                    listener,
                    failure.getMessage());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    void accepted() {
        if (failing) {
            failing = false;
            log.info("{} accepts connections again", listener);
        }
    }
}
