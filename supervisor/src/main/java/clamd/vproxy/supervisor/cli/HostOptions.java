package clamd.vproxy.supervisor.cli;

import clamd.vproxy.worker.clamdconf.ClamdConf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all guests together may hold. */
final class HostOptions {
    /** clamd's MaxQueue where its configuration is not known (clamd.conf(5)). */
    private static final int USUAL_MAX_QUEUE = 100;

    @Option(
            names = "--host-max-connections",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Connections of all guests together (default: ${DEFAULT-VALUE}).")
    private int maxConnections;

    @Option(
            names = "--host-max-uploads",
            paramLabel = "N",
            description =
                    "Streams open at clamd at once, of all guests together"
                            + " (default: half of clamd's MaxQueue, 50 if that is not known).")
    private @Nullable Integer maxUploads;

    /**
     * Connections of all guests together.
     *
     * @throws CommandException if it is less than 1
     */
    int maxConnections() throws CommandException {
        return atLeastOne("--host-max-connections", maxConnections);
    }

    /**
     * Streams open at clamd at once.
     *
     * @throws CommandException if it is less than 1
     */
    int maxUploads(Optional<ClamdConf> conf) throws CommandException {
        if (maxUploads != null) {
            return atLeastOne("--host-max-uploads", maxUploads);
        }
        return Math.max(1, conf.map(ClamdConf::maxQueue).orElse(USUAL_MAX_QUEUE) / 2);
    }

    private static int atLeastOne(String option, int value) throws CommandException {
        if (value < 1) {
            throw new CommandException(
                    ExitCode.USAGE, option + " must be at least 1, not " + value);
        }
        return value;
    }
}
