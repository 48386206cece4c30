package clamd.vproxy.supervisor.commands.run;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.worker.clamd.ClamdEndpoint;
import clamd.vproxy.worker.net.StreamSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks at the start whether a clamd accepts connections. Confined to one thread. */
final class ClamdProbe {
    private static final Logger log = LoggerFactory.getLogger(ClamdProbe.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final List<? extends ClamdEndpoint> endpoints;

    /** Creates a probe of these endpoints, at least one. */
    ClamdProbe(List<? extends ClamdEndpoint> endpoints) {
        this.endpoints = endpoints;
    }

    /**
     * Waits until a clamd accepts a connection, and warns about each clamd that does not. A clamd
     * may still be loading its signatures then, because systemd's socket unit listens in its place.
     *
     * @param limit how long to wait for a clamd; empty = one attempt
     * @param waiting runs once if the wait is not over at once
     * @throws CommandException if none does
     */
    void await(Optional<Duration> limit, Runnable waiting)
            throws CommandException, InterruptedException {
        long deadline = SystemClock.nanoTime() + limit.orElse(Duration.ZERO).toNanos();
        boolean told = false;
        while (true) {
            List<String> failures = failures();
            if (failures.size() < endpoints.size()) {
                failures.forEach(failure -> log.warn("{}; starting with the others", failure));
                return;
            }
            String all = String.join("; ", failures);
            if (SystemClock.nanoTime() - deadline >= 0) {
                throw new CommandException(
                        ExitCode.UNAVAILABLE,
                        all
                                + (limit.isPresent()
                                        ? "; waited " + limit.get().toSeconds() + " s"
                                        : "; start clamd, or wait for it with --wait-for-clamd"));
            }
            if (!told) {
                log.info("waiting: {}", all);
                waiting.run();
                told = true;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Tries each endpoint once and returns the reasons of those that failed. */
    private List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (ClamdEndpoint endpoint : endpoints) {
            try (StreamSocket _ = endpoint.connect(CONNECT_LIMIT)) {
                log.debug("clamd at {} takes connections", endpoint);
            } catch (IOException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        return failures;
    }
}
