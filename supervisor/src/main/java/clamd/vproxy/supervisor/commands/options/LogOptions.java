package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.reports.log.LogFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the content and the format of the daemon's log. */
public final class LogOptions {
    /** The names of the log formats on the command line. */
    private enum Choice {
        auto(null),
        text(LogFormat.TEXT),
        journal(LogFormat.JOURNAL),
        json(LogFormat.JSON);

        private final @Nullable LogFormat format;

        Choice(@Nullable LogFormat format) {
            this.format = format;
        }
    }

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "auto",
            description =
                    "How the log looks on standard error: text, journal (priorities for journald, no"
                            + " time), json (an object a line), or auto, which is journal where"
                            + " journald reads it and text elsewhere (default: ${DEFAULT-VALUE}).")
    private Choice choice = Choice.auto;

    @Option(
            names = {"-d", "--debug"},
            fallbackValue = "true",
            description = "Log what the parts do, too.")
    private boolean debug;

    /** Applies these options to the log from now on. */
    public void apply() {
        Logging.setFormat(Optional.ofNullable(choice.format).orElseGet(LogFormat::fitting));
        Logging.setDebug(debug);
    }
}
