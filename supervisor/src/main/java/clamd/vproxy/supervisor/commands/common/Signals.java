package clamd.vproxy.supervisor.commands.common;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Replaces the process's reaction to a signal. It uses reflection, because javac warns about {@code
 * sun.misc.Signal}, which has no successor, and that warning cannot be suppressed. Static function
 * only.
 */
public final class Signals {
    private Signals() {}

    /**
     * Runs {@code action} at each such signal from now on, on a thread that the JVM creates for it.
     *
     * @param name the name without SIG, such as {@code HUP}
     * @return an action that undoes this; empty if the JVM does not allow it, as with {@code -Xrs}
     */
    public static Optional<Runnable> handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run =
                    MethodHandles.publicLookup()
                            .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                            .bindTo(action);
            Object ours =
                    MethodHandleProxies.asInterfaceInstance(
                            handler, MethodHandles.dropArguments(run, 0, signal));
            Object which = signal.getConstructor(String.class).newInstance(name);
            Method handle = signal.getMethod("handle", signal, handler);
            Object before = handle.invoke(null, which, ours);
            return Optional.of(() -> restore(handle, which, before));
        } catch (ReflectiveOperationException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static void restore(Method handle, Object which, Object before) {
        try {
            Object _ = handle.invoke(null, which, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("what could be set can be set back", e);
        }
    }
}
