package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.threads.SystemClock;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out at the start whether clamd can be connected to. Confined to one thread. */
final class ClamdProbe {
    private static final Logger log = LoggerFactory.getLogger(ClamdProbe.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ClamdEndpoint endpoint;

    ClamdProbe(ClamdEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Returns when clamd takes a connection. It may still be loading its signatures then: systemd's
     * socket unit listens in its place.
     *
     * @param limit how long to wait for it; empty = one attempt
     * @throws CommandException if it does not
     */
    void await(Optional<Duration> limit) throws CommandException, InterruptedException {
        long deadline = SystemClock.nanoTime() + limit.orElse(Duration.ZERO).toNanos();
        boolean told = false;
        while (true) {
            try (StreamSocket _ = endpoint.connect(CONNECT_LIMIT)) {
                return;
            } catch (IOException e) {
                if (SystemClock.nanoTime() - deadline >= 0) {
                    throw new CommandException(
                            ExitCode.UNAVAILABLE,
                            e.getMessage()
                                    + (limit.isPresent()
                                            ? "; waited " + limit.get().toSeconds() + " s"
                                            : "; start clamd, or wait for it with --wait-for-clamd"));
                }
                if (!told) {
                    log.info("waiting: {}", e.getMessage());
                    told = true;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }
}
