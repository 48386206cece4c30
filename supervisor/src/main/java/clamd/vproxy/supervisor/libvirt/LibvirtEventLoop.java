package clamd.vproxy.supervisor.libvirt;

import clamd.vproxy.supervisor.threads.SupervisorThreads;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's event loop: one per process, begun before the first connection, run for ever on the
 * thread {@code libvirt-events}. Thread-safe, guarded by the class.
 *
 * <p>A connection opened earlier would have neither events nor keepalive; one left without a loop
 * would be told of nothing.
 */
final class LibvirtEventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtEventLoop.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    /**
     * Takes the place of libvirt's own handler, which prints; static, because native code does not
     * keep it alive.
     */
    private static final Libvirt.VirErrorCallback ERRORS_TO_LOG =
            (_, error) -> {
                try {
                    LOG.debug("libvirt: {}", OneLine.of(String.valueOf(error.message)));
                } catch (Throwable _) {
                    // nothing may go back into native code, and there is nobody to tell
                }
            };

    private static boolean running;

    private LibvirtEventLoop() {}

    /**
     * Starts the loop unless it runs.
     *
     * @throws LibvirtCallException if libvirt's library is missing or will not start
     */
    static synchronized void start() throws LibvirtCallException {
        if (running) {
            return;
        }
        try {
            Libvirt.INSTANCE.virSetErrorFunc(null, ERRORS_TO_LOG);
            Library.initEventLoop();
        } catch (LibvirtException e) {
            throw new LibvirtCallException(
                    "libvirt's event loop does not start: " + OneLine.of(e), e);
        } catch (LinkageError e) {
            throw notLoaded(e);
        }
        SupervisorThreads.start("libvirt-events", LibvirtEventLoop::pump);
        running = true;
    }

    static LibvirtCallException notLoaded(LinkageError failure) {
        return new LibvirtCallException(
                "libvirt.so.0 cannot be loaded (apt-get install libvirt0): " + OneLine.of(failure),
                failure);
    }

    private static void pump() {
        while (true) {
            try {
                Library.processEvent();
            } catch (LibvirtException | RuntimeException | Error e) {
                LOG.atError().setCause(e).log("libvirt's event loop failed; it goes on");
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }
}
