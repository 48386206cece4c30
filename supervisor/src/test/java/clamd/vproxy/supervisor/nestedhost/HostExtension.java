package clamd.vproxy.supervisor.nestedhost;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives every scenario the one {@link Host}, prepared when the first asks for it. */
final class HostExtension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Host.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(HostExtension.class))
                .computeIfAbsent(Preparation.class, _ -> new Preparation(), Preparation.class)
                .host();
    }

    /** Tried once: where it fails for one scenario it fails for all. */
    private static final class Preparation implements AutoCloseable {
        private @Nullable Host host;
        private @Nullable Throwable failure;

        Preparation() {
            try {
                host = Host.prepare();
            } catch (Exception | AssertionError e) {
                failure = e;
            }
        }

        Host host() {
            if (host == null) {
                throw new IllegalStateException("the host could not be prepared", failure);
            }
            return host;
        }

        @Override
        public void close() {
            if (host != null) {
                host.close();
            }
        }
    }
}
