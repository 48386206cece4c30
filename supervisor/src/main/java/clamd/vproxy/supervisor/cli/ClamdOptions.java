package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.threads.SystemClock;
import clamd.vproxy.worker.clamd.SocketEndpoint;
import clamd.vproxy.worker.clamdconf.ClamdConf;
import clamd.vproxy.worker.clamdconf.ClamdConfException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which clamd, and what is known of its configuration. */
final class ClamdOptions {
    private static final Path DEFAULT_CONF = Path.of("/etc/clamav/clamd.conf");

    @Option(
            names = {"-C", "--clamd"},
            paramLabel = "SOCKET",
            defaultValue = "/run/clamav/clamd.ctl",
            description = "clamd's Unix socket, or host:port (default: ${DEFAULT-VALUE}).")
    private String clamd = "";

    @Option(
            names = "--clamd-conf",
            paramLabel = "FILE",
            description =
                    "clamd's configuration, to hold the limits against"
                            + " (default: /etc/clamav/clamd.conf, if it is that of this clamd).")
    private @Nullable Path conf;

    /** The endpoint's text as given. */
    String endpointText() {
        return clamd;
    }

    /**
     * The endpoint.
     *
     * @throws CommandException if the text is none
     */
    SocketEndpoint endpoint() throws CommandException {
        try {
            return SocketEndpoint.parse(clamd, SystemClock::nanoTime);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--clamd: " + e.getMessage());
        }
    }

    /** The file that {@link #configuration} reads. */
    Path confFile() {
        return conf != null ? conf : DEFAULT_CONF;
    }

    /**
     * The configuration of the clamd in use; nothing if no file was named and the default one is
     * missing or belongs to another clamd.
     *
     * @throws CommandException if the file cannot be read or clamd itself would refuse it
     */
    Optional<ClamdConf> configuration() throws CommandException {
        if (conf == null && !Files.isReadable(DEFAULT_CONF)) {
            return Optional.empty();
        }
        try {
            ClamdConf read = ClamdConf.read(confFile());
            return conf != null || isOfThisClamd(read) ? Optional.of(read) : Optional.empty();
        } catch (ClamdConfException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        } catch (NoSuchFileException _) {
            throw unreadable("there is no such file");
        } catch (AccessDeniedException _) {
            throw unreadable("permission denied");
        } catch (IOException e) {
            throw unreadable(e.getMessage());
        }
    }

    private CommandException unreadable(@Nullable String reason) {
        return new CommandException(ExitCode.CONFIG, confFile() + " cannot be read: " + reason);
    }

    private boolean isOfThisClamd(ClamdConf read) {
        if (clamd.startsWith("/")) {
            Path socket = Path.of(clamd);
            return read.localSocket().filter(path -> isSame(path, socket)).isPresent();
        }
        return read.tcpSocket().isPresent()
                && clamd.endsWith(":" + read.tcpSocket().getAsInt())
                && (clamd.startsWith("127.") || clamd.startsWith("localhost:"));
    }

    /** Compares as the kernel does: /var/run is a link to /run on most systems. */
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
                // clamd may not have made its folder yet
                Path name = known.getFileName();
                missing = name == null ? missing : name.resolve(missing);
            }
        }
        return socket;
    }
}
