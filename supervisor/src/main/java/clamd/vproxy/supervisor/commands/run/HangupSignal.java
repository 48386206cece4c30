package clamd.vproxy.supervisor.commands.run;

import clamd.vproxy.supervisor.commands.common.Signals;
import clamd.vproxy.supervisor.daemon.Supervisor;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What SIGHUP does, from the first moment of a start on: the policy file is read again. The JVM by
 * itself would end. Thread-safe.
 */
final class HangupSignal {
    private static final Logger log = LoggerFactory.getLogger(HangupSignal.class);

    private final AtomicReference<Optional<Supervisor>> supervisor =
            new AtomicReference<>(Optional.empty());

    private HangupSignal() {}

    /** Takes the signal over, if the JVM lets us. */
    static HangupSignal listen() {
        HangupSignal signal = new HangupSignal();
        if (Signals.handle("HUP", signal::heard).isEmpty()) {
            log.warn("SIGHUP does not reload the policy file, edits are noticed all the same");
        }
        return signal;
    }

    /** Has this supervisor reload from now on; what changed while it started, it sees by itself. */
    void heardBy(Supervisor started) {
        supervisor.set(Optional.of(started));
    }

    /** Runs on a thread that the JVM makes for this one signal. */
    private void heard() {
        log.info("SIGHUP: the policy file is read again");
        supervisor.get().ifPresent(Supervisor::reloadPolicies);
    }
}
