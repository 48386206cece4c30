package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.reports.audit.AuditSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the file that records infected streams and blocked commands. */
public final class AuditOptions {
    /** The variable with which the packaged service names the file. */
    private static final String ENVIRONMENT = "CLAMD_VPROXY_AUDIT";

    private static final Path NONE = Path.of("none");

    @Option(
            names = "--audit",
            paramLabel = "FILE",
            description =
                    "File for a record of each infected stream and blocked command, one OCSF event"
                            + " in JSON a line; \"none\" writes none (default: $CLAMD_VPROXY_AUDIT, as the"
                            + " service sets it, else none).")
    private @Nullable Path file;

    @Option(
            names = "--audit-max-size",
            paramLabel = "SIZE",
            defaultValue = "100MiB",
            converter = SizeConverter.class,
            description =
                    "Move the audit file aside before it becomes larger (default:"
                            + " ${DEFAULT-VALUE}); 0 = leave that to others, such as logrotate.")
    private long maxBytes;

    @Option(
            names = "--audit-keep",
            paramLabel = "N",
            defaultValue = "10",
            description = "Older audit files that are kept, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int keep;

    /**
     * Returns the settings of the file; empty if none is named.
     *
     * @throws CommandException if a number is out of its range
     */
    public Optional<AuditSettings> settings() throws CommandException {
        String usual = System.getenv().getOrDefault(ENVIRONMENT, "");
        if (file == null ? usual.isEmpty() : file.equals(NONE)) {
            return Optional.empty();
        }
        Path named = file != null ? file : Path.of(usual);
        try {
            return Optional.of(new AuditSettings(named, maxBytes, keep, file != null));
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--audit-keep: " + e.getMessage());
        }
    }
}
