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
     * Refuses what cannot be.
     *
     * @throws CommandException if a number is less than 1
     */
    void check() throws CommandException {
        requireAtLeastOne("--host-max-connections", maxConnections);
        if (maxUploads != null) {
            requireAtLeastOne("--host-max-uploads", maxUploads);
        }
    }

    /** Connections of all guests together; to be checked before. */
    int maxConnections() {
        return maxConnections;
    }

    /** Streams open at clamd at once; to be checked before. */
    int maxUploads(Optional<ClamdConf> conf) {
        if (maxUploads != null) {
            return maxUploads;
        }
        return Math.max(1, conf.map(ClamdConf::maxQueue).orElse(USUAL_MAX_QUEUE) / 2);
    }

    private static void requireAtLeastOne(String option, int value) throws CommandException {
        if (value < 1) {
            throw new CommandException(
                    ExitCode.USAGE, option + " must be at least 1, not " + value);
        }
    }
}
