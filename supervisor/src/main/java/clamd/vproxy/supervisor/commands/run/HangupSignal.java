package clamd.vproxy.supervisor.commands.run;

import clamd.vproxy.supervisor.commands.common.Signals;
import clamd.vproxy.supervisor.daemon.Supervisor;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads the policy file at SIGHUP, from the first moment of a start on. Without this handler, the
 * JVM would end. Thread-safe.
 */
final class HangupSignal {
    private static final Logger log = LoggerFactory.getLogger(HangupSignal.class);

    private final AtomicReference<Optional<Supervisor>> supervisor =
            new AtomicReference<>(Optional.empty());

    private HangupSignal() {}

    /** Takes over the signal, if the JVM allows it. */
    static HangupSignal listen() {
        HangupSignal signal = new HangupSignal();
        if (Signals.handle("HUP", signal::heard).isEmpty()) {
            log.warn("SIGHUP does not reload the policy file, edits are noticed all the same");
        }
        return signal;
    }

    /** Makes this supervisor reload from now on; it detects changes during its start by itself. */
    void heardBy(Supervisor started) {
        supervisor.set(Optional.of(started));
    }

    /** Handles one signal, on a thread that the JVM creates for it. */
    private void heard() {
        log.info("SIGHUP: the policy file is read again");
        supervisor.get().ifPresent(Supervisor::reloadPolicies);
    }
}
