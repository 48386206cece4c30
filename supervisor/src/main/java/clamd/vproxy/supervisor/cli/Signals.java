package clamd.vproxy.supervisor.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes signals over from the JVM. Static function only. */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Has a signal do something else than what the JVM does by itself.
     *
     * @param name the signal's, without SIG
     * @param action runs for each signal on a thread that the JVM makes for this one, so that it
     *     may block
     * @param otherwise what it means if the JVM does not let us, for the log
     */
    static void on(String name, Runnable action, String otherwise) {
        try {
            handle(name, action);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            log.warn("SIG{} is not ours, so {}", name, otherwise, e);
        }
    }

    /**
     * By reflection, for javac warns of this class, which has no successor, and nothing silences
     * that.
     */
    private static void handle(String name, Runnable action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        MethodHandle heard =
                MethodHandles.publicLookup()
                        .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                        .bindTo(action);
        Object ours =
                MethodHandleProxies.asInterfaceInstance(
                        handler, MethodHandles.dropArguments(heard, 0, signal));
        Object _ =
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
    }
}
