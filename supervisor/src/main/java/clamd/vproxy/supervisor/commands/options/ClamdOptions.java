package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.ClamdConfException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the clamds and their configuration files. */
public final class ClamdOptions {
    private static final Path DEFAULT_CONF = Path.of("/etc/clamav/clamd.conf");

    @Option(
            names = {"-C", "--clamd"},
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            paramLabel = "SOCKET",
            defaultValue = "/run/clamav/clamd.ctl",
            description =
                    "clamd's Unix socket (/PATH, unix:/PATH) or its address (HOST:PORT,"
                            + " [IPV6]:PORT, tcp://HOST:PORT); may be repeated, then each stream"
                            + " goes to one that is up and has least to do (default:"
                            + " ${DEFAULT-VALUE}).")
    private List<String> clamds = List.of();

    @Option(
            names = "--clamd-conf",
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            paramLabel = "FILE",
            description =
                    "clamd's configuration, to hold the limits against; once for all clamds, or once"
                            + " for each in their order (default: /etc/clamav/clamd.conf, for the"
                            + " clamd whose it is).")
    private List<Path> confs = List.of();

    @Option(
            names = "--self-test-interval",
            paramLabel = "DURATION",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description =
                    "How often each clamd has to find the EICAR test file; one that does not is not"
                            + " used (default: ${DEFAULT-VALUE}).")
    private Duration selfTestInterval = Duration.ZERO;

    @Option(
            names = "--no-self-test",
            fallbackValue = "true",
            description = "Do not have clamd scan the EICAR test file.")
    private boolean noSelfTest;

    /** Returns the times with which the daemon checks each clamd. */
    public HealthTimes healthTimes() {
        return HealthTimes.standard()
                .withSelfTest(Optional.of(selfTestInterval).filter(_ -> !noSelfTest));
    }

    /**
     * Refuses invalid options, without reading any file.
     *
     * @throws CommandException if an endpoint is invalid or named twice, or the number of
     *     configurations is neither one nor that of the clamds
     */
    public void check() throws CommandException {
        List<String> plain = new ArrayList<>();
        for (String clamd : clamds) {
            plain.add(endpoint(clamd).toString());
        }
        for (String clamd : plain) {
            if (plain.stream().filter(other -> isSame(clamd, other)).count() > 1) {
                throw usage("--clamd names " + clamd + " twice; drop one");
            }
        }
        if (confs.size() > 1 && confs.size() != clamds.size()) {
            throw usage(
                    "--clamd-conf names %d files for %d clamds; name one for all, or one for each in their order"
                            .formatted(confs.size(), clamds.size()));
        }
    }

    /**
     * Returns all clamds, at least one, in the order given, with their known configuration. The
     * caller checks the options first.
     *
     * @throws CommandException if a configuration cannot be read or clamd itself would refuse it
     */
    public List<ConfiguredClamd> all() throws CommandException {
        List<ConfiguredClamd> all = new ArrayList<>();
        for (int index = 0; index < clamds.size(); index++) {
            SocketEndpoint clamd = endpoint(clamds.get(index));
            Path file = confs.isEmpty() ? DEFAULT_CONF : confs.get(confs.size() == 1 ? 0 : index);
            all.add(new ConfiguredClamd(clamd, file, configuration(clamd.toString(), file)));
        }
        return List.copyOf(all);
    }

    private static SocketEndpoint endpoint(String text) throws CommandException {
        try {
            return SocketEndpoint.parse(text, SystemClock::nanoTime);
        } catch (IllegalArgumentException e) {
            throw usage("--clamd: " + e.getMessage());
        }
    }

    /**
     * Returns the configuration; empty if no file was named and the default one is missing or
     * belongs to another clamd.
     */
    private Optional<ClamdConf> configuration(String clamd, Path file) throws CommandException {
        if (confs.isEmpty() && !Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            ClamdConf read = ClamdConf.read(file);
            boolean meant = !confs.isEmpty() || isOf(clamd, read);
            return meant ? Optional.of(read) : Optional.empty();
        } catch (ClamdConfException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        } catch (NoSuchFileException _) {
            throw unreadable(file, "there is no such file");
        } catch (AccessDeniedException _) {
            throw unreadable(file, "permission denied");
        } catch (IOException e) {
            throw unreadable(file, e.getMessage());
        }
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    private static CommandException unreadable(Path file, @Nullable String reason) {
        return new CommandException(ExitCode.CONFIG, file + " cannot be read: " + reason);
    }

    private static boolean isOf(String clamd, ClamdConf read) {
        if (clamd.startsWith("/")) {
            Path socket = Path.of(clamd);
            return read.localSocket().filter(path -> isSame(path, socket)).isPresent();
        }
        return read.tcpSocket().isPresent()
                && clamd.endsWith(":" + read.tcpSocket().getAsInt())
                && (clamd.startsWith("127.") || clamd.startsWith("localhost:"));
    }

    private static boolean isSame(String one, String other) {
        boolean paths = one.startsWith("/") && other.startsWith("/");
        return paths ? isSame(Path.of(one), Path.of(other)) : one.equals(other);
    }

    /**
     * Whether two paths are the same file to the kernel: /var/run is a link to /run on most
     * systems.
     */
    private static boolean isSame(Path one, Path other) {
        return resolved(one).equals(resolved(other));
    }

    private static Path resolved(Path socket) {
        Path missing = socket.getFileSystem().getPath("");
        for (Path known = socket.toAbsolutePath().normalize();
                known != null;
                known = known.getParent()) {
            try {
                return known.toRealPath().resolve(missing);
            } catch (IOException _) {
                // clamd may not have created its folder yet
                Path name = known.getFileName();
                missing = name == null ? missing : name.resolve(missing);
            }
        }
        return socket;
    }
}
