package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.reports.control.ControlClient;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.control.ControlSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the daemon's control socket. */
public final class ControlOptions {
    @Option(
            names = "--control-socket",
            paramLabel = "PATH",
            description =
                    "Unix socket over which commands reach the running daemon"
                            + " (default: /run/clamd-vproxy/control.sock).")
    private @Nullable Path socket;

    /** Returns the daemon's settings: a socket that was named is required. */
    public ControlSettings settings() {
        return new ControlSettings(path(), socket != null);
    }

    /** Whether the socket exists. */
    public boolean exists() {
        return Files.exists(path());
    }

    private Path path() {
        return socket != null ? socket : ControlSettings.USUAL;
    }

    /**
     * Sends a command's request and returns the daemon's reply.
     *
     * @throws CommandException if there is no daemon, or it denies access
     */
    public <T> T ask(ControlRequest request, Class<T> reply) throws CommandException {
        Logging.setQuiet();
        String line;
        try {
            line = new ControlClient(path(), SystemClock::nanoTime).ask(request);
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, unavailable(e));
        }
        ErrorReplyView outcome = read(line, ErrorReplyView.class);
        if (!outcome.ok() && outcome.problems() == null) {
            throw new CommandException(ExitCode.FAILED, "the daemon says: " + outcome.error());
        }
        return read(line, reply);
    }

    /** The part that every reply has; a refused reload adds problems. */
    private record ErrorReplyView(boolean ok, @Nullable String error, @Nullable Object problems) {}

    private static <T> T read(String line, Class<T> type) throws CommandException {
        try {
            return Json.read(line, type);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.FAILED, "the daemon's reply is not understood: " + e.getMessage());
        }
    }

    private String unavailable(IOException failure) {
        Path path = path();
        if (!Files.exists(path)) {
            return "there is no "
                    + path
                    + "; start the daemon, or name the socket that it listens on with"
                    + " --control-socket";
        }
        if (!Files.isWritable(path)) {
            return path + ": permission denied; ask as root, or as the daemon's user or group";
        }
        return "no daemon answers at " + path + ": " + failure.getMessage();
    }
}
