package clamd.vproxy.supervisor.commands.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The option that names the configuration file. {@link ConfigurationFile#namedBy} reads it first.
 */
final class ConfigurationOption {
    static final String NAME = "--config";

    @Option(
            names = NAME,
            paramLabel = "FILE",
            description =
                    "Configuration file: a line \"option = value\" for any option here, by its long"
                            + " name without the dashes. The command line overrides it (default:"
                            + " /etc/clamd-vproxy/clamd-vproxy.conf, may be absent).")
    @Nullable Path file;
}
