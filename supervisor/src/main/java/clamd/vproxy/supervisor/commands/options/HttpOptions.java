package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.reports.http.HttpSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the HTTP server with metrics, health checks and the status page. */
public final class HttpOptions {
    @Option(
            names = "--http",
            paramLabel = "ADDRESS:PORT",
            description =
                    "Serve metrics, health checks and a status page there, such as 127.0.0.1:9810;"
                            + " there is no authentication (default: not at all).")
    private @Nullable String http;

    /**
     * Returns the address; empty if HTTP is disabled.
     *
     * @throws CommandException if the address is invalid
     */
    public Optional<HttpSettings> settings() throws CommandException {
        try {
            return Optional.ofNullable(http).map(HttpSettings::parse);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--http: " + e.getMessage());
        }
    }
}
