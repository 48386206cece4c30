package clamd.vproxy.supervisor.reports.control;

import java.nio.file.Path;

/**
 * The settings of the control socket. Immutable.
 *
 * @param socket its path
 * @param required whether the daemon refuses to start without it; otherwise it then runs without
 *     the socket
 */
public record ControlSettings(Path socket, boolean required) {
    /** The default path. */
    public static final Path USUAL = Path.of("/run/clamd-vproxy/control.sock");
}
