package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.daemon.Supervisor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
        try {
            signal.handle();
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            log.warn("SIGHUP does not reload the policy file, edits are noticed all the same", e);
        }
        return signal;
    }

    /**
     * By reflection, for javac warns of this class, which has no successor, and nothing silences
     * that.
     */
    private void handle() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Runnable action = this::heard;
        MethodHandle heard =
                MethodHandles.publicLookup()
                        .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                        .bindTo(action);
        Object ours =
                MethodHandleProxies.asInterfaceInstance(
                        handler, MethodHandles.dropArguments(heard, 0, signal));
        Object _ =
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
    }

    /** Has this supervisor reload from now on; what changed while it started, it sees by itself. */
    Supervisor heardBy(Supervisor started) {
        supervisor.set(Optional.of(started));
        return started;
    }

    /** Runs on a thread that the JVM makes for this one signal. */
    private void heard() {
        log.info("SIGHUP: the policy file is read again");
        supervisor.get().ifPresent(Supervisor::reloadPolicies);
    }
}
