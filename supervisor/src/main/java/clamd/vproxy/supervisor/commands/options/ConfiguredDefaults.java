package clamd.vproxy.supervisor.commands.options;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Provides the value of an option that the command line does not set: the value in the
 * configuration file, else that in the service's environment, else the built-in one. Immutable.
 */
public final class ConfiguredDefaults implements IDefaultValueProvider {
    /** The separator between the values of a repeatable option. */
    static final String SEPARATOR = "\n";

    /** The variables that the packaged unit sets. */
    private static final Map<String, String> VARIABLES =
            Map.of(
                    "policy", "CLAMD_VPROXY_POLICY",
                    "control-socket", "CLAMD_VPROXY_CONTROL_SOCKET",
                    "wait-for-clamd", "CLAMD_VPROXY_WAIT_FOR_CLAMD");

    private final ConfigurationFile file;
    private final Map<String, String> environment;

    public ConfiguredDefaults(ConfigurationFile file, Map<String, String> environment) {
        this.file = file;
        this.environment = Map.copyOf(environment);
    }

    /** Returns the configuration file that these defaults come from. */
    public ConfigurationFile file() {
        return file;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !isOfTheDaemon(option)) {
            return null;
        }
        List<String> values = file.values(key(option));
        if (!values.isEmpty()) {
            return option.isMultiValue() ? String.join(SEPARATOR, values) : values.getLast();
        }
        return Optional.ofNullable(VARIABLES.get(key(option)))
                .map(environment::get)
                .filter(value -> !value.isEmpty())
                .orElse(null);
    }

    /** Returns the name of an option in the file. */
    static String key(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /**
     * Whether an option is the daemon's: commands have options of their own, which may have the
     * same name.
     */
    static boolean isOfTheDaemon(OptionSpec option) {
        Object declared = option.userObject();
        return option.longestName().startsWith("--")
                && !option.longestName().equals(ConfigurationOption.NAME)
                && (!(declared instanceof Field field)
                        || field.getDeclaringClass()
                                .getPackage()
                                .equals(ConfiguredDefaults.class.getPackage()));
    }
}
