package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The limits on the command line: the defaults underneath the policy file. */
public final class LimitOptions {
    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "10",
            description = "Connections in service per guest (default: ${DEFAULT-VALUE}).")
    private int maxConnections;

    @Option(
            names = "--max-stream-size",
            paramLabel = "SIZE",
            defaultValue = "100MiB",
            converter = SizeConverter.class,
            description = "Size of one stream (default: ${DEFAULT-VALUE}).")
    private long maxStreamBytes;

    @Option(
            names = "--max-chunk-size",
            paramLabel = "SIZE",
            defaultValue = "25MiB",
            converter = SizeConverter.class,
            description = "Size of one chunk of a stream (default: ${DEFAULT-VALUE}).")
    private long maxChunkBytes;

    @Option(
            names = "--command-timeout-secs",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Time for a guest to send its command (default: ${DEFAULT-VALUE}).")
    private long commandTimeoutSeconds;

    @Option(
            names = "--read-timeout-secs",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Longest silence within a stream (default: ${DEFAULT-VALUE}).")
    private long readTimeoutSeconds;

    @Option(
            names = "--stream-timeout-secs",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description =
                    "Time for a whole stream, from its command to clamd's reply"
                            + " (default: ${DEFAULT-VALUE}).")
    private long streamTimeoutSeconds;

    /**
     * The limits as given, the built-in ones where there is no option.
     *
     * @throws CommandException if one is out of range
     */
    public Limits limits() throws CommandException {
        Limits standard = Limits.standard();
        try {
            return new Limits(
                    maxConnections,
                    standard.maxWaitingConnections(),
                    maxStreamBytes,
                    maxChunkBytes,
                    Duration.ofSeconds(commandTimeoutSeconds),
                    Duration.ofSeconds(readTimeoutSeconds),
                    Duration.ofSeconds(streamTimeoutSeconds),
                    standard.queueTimeout(),
                    standard.commands(),
                    standard.weight(),
                    standard.queue(),
                    standard.maxConnectionRate(),
                    standard.maxByteRate(),
                    standard.maxSpoolBytes(),
                    standard.maxDailyBytes(),
                    standard.maxDailyScans(),
                    standard.hashStreams());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e);
        }
    }
}
