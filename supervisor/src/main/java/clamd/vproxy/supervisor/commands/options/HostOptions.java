package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for what all guests together may hold. */
public final class HostOptions {
    /** clamd's default MaxQueue, used if its configuration is not known (clamd.conf(5)). */
    private static final int USUAL_MAX_QUEUE = 100;

    /** clamd's default MaxThreads, used if its configuration is not known (clamd.conf(5)). */
    private static final int USUAL_MAX_THREADS = 10;

    /** How many of clamd's threads are not for guests: the host itself scans, too. */
    private static final int RESERVED_THREADS = 2;

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
                    "Streams open at each clamd at once, of all guests together"
                            + " (default: half of its MaxQueue, 50 if that is not known).")
    private @Nullable Integer maxUploads;

    @Option(
            names = "--host-max-spool-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description =
                    "What open streams may hold in clamd's temporary directory, of all guests together"
                            + " (default: half of what is free there when the daemon starts; if the directory is not seen from here, no bound but their number and size). Several times the largest stream, for as much is kept free for the oldest.")
    private @Nullable Long maxSpoolBytes;

    @Option(
            names = "--scan-slots",
            paramLabel = "N",
            description =
                    "Streams that each clamd scans for guests at once"
                            + " (default: its MaxThreads less 2, 8 if that is not known).")
    private @Nullable Integer scanSlots;

    @Option(
            names = "--verdict-memory-entries",
            paramLabel = "N",
            defaultValue = "131072",
            description =
                    "Verdicts of clamd that are remembered, of all guests together; 128 bytes of"
                            + " memory each; 0 = none (default: ${DEFAULT-VALUE}).")
    private int verdictMemoryEntries;

    /**
     * Refuses invalid numbers.
     *
     * @throws CommandException if a number is too small, or there are as many scan slots as
     *     uploads: a stream that waits for a slot holds an upload permit, so the queue would have
     *     no room
     */
    public void check() throws CommandException {
        requireAtLeastOne("--host-max-connections", maxConnections);
        if (maxUploads != null) {
            requireAtLeastOne("--host-max-uploads", maxUploads);
        }
        if (maxSpoolBytes != null) {
            requireAtLeastOne("--host-max-spool-size", maxSpoolBytes);
        }
        if (scanSlots != null) {
            requireAtLeastOne("--scan-slots", scanSlots);
        }
        if (verdictMemoryEntries < 0) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--verdict-memory-entries must be at least 0, not " + verdictMemoryEntries);
        }
        if (scanSlots != null && maxUploads != null && scanSlots >= maxUploads) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--scan-slots %d needs more uploads than that, not --host-max-uploads %d: streams that wait for a slot are open, too"
                            .formatted(scanSlots, maxUploads));
        }
    }

    /**
     * Returns the limit on connections of all guests together. The caller checks the options first.
     */
    public int maxConnections() {
        return maxConnections;
    }

    /** Returns how many verdicts are remembered; 0 = none. The caller checks the options first. */
    public int verdictMemoryEntries() {
        return verdictMemoryEntries;
    }

    /**
     * Returns how many streams may be open at once at a clamd with this configuration. The caller
     * checks the options first.
     */
    public int maxUploads(Optional<ClamdConf> conf) {
        if (maxUploads != null) {
            return maxUploads;
        }
        int half = conf.map(ClamdConf::maxQueue).orElse(USUAL_MAX_QUEUE) / 2;
        return Math.max(scanSlots == null ? 1 : scanSlots + 1, half);
    }

    /**
     * Returns how many bytes streams may hold at these clamds; empty = no bound. The caller checks
     * the options first.
     */
    public OptionalLong maxSpoolBytes(List<ConfiguredClamd> clamds) {
        return maxSpoolBytes == null ? SpoolRoom.half(clamds) : OptionalLong.of(maxSpoolBytes);
    }

    /**
     * Returns how many streams a clamd with this configuration scans at once, always fewer than
     * {@link #maxUploads} unless that is 1. The caller checks the options first.
     */
    public int scanSlots(Optional<ClamdConf> conf) {
        if (scanSlots != null) {
            return scanSlots;
        }
        int threads = conf.map(ClamdConf::maxThreads).orElse(USUAL_MAX_THREADS);
        return Math.max(1, Math.min(threads - RESERVED_THREADS, maxUploads(conf) - 1));
    }

    /**
     * Returns how many further threads of a clamd with this configuration may scan for a tenant
     * that has no scan slot: clamd answers PING and VERSION without them (clamd/server-th.c). A
     * clamd with unknown configuration is assumed to have the default number of threads, as for the
     * slots; if it has fewer, a scan on a lent thread waits in clamd instead of in the daemon.
     */
    public int lendableSlots(Optional<ClamdConf> conf) {
        int threads = conf.map(ClamdConf::maxThreads).orElse(USUAL_MAX_THREADS);
        return Math.clamp(threads - scanSlots(conf), 0, RESERVED_THREADS);
    }

    private static void requireAtLeastOne(String option, long value) throws CommandException {
        if (value < 1) {
            throw new CommandException(
                    ExitCode.USAGE, option + " must be at least 1, not " + value);
        }
    }
}
