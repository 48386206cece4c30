package clamd.vproxy.supervisor.commands.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the configuration file is. {@link ConfigurationFile#namedBy} reads the option first. */
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
