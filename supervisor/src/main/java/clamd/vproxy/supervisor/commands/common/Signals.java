package clamd.vproxy.supervisor.commands.common;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Takes over what the process does at a signal. By reflection, for javac warns of {@code
 * sun.misc.Signal}, which has no successor, and nothing silences that. Static function only.
 */
public final class Signals {
    private Signals() {}

    /**
     * From now on this runs at each such signal, on a thread that the JVM makes for it.
     *
     * @param name without its SIG, such as {@code HUP}
     * @return undoes it; nothing if the JVM does not let us, as with {@code -Xrs}
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
