package clamd.vproxy.supervisor.nestedhost;

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
                .computeIfAbsent(Host.class, _ -> prepare(), Host.class);
    }

    private static Host prepare() {
        try {
            return Host.prepare();
        } catch (Exception e) {
            throw new IllegalStateException("the host could not be prepared", e);
        }
    }
}
