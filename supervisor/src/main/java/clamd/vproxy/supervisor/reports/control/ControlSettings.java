package clamd.vproxy.supervisor.reports.control;

import java.nio.file.Path;

/**
 * Where the control socket is. Immutable.
 *
 * @param socket its path
 * @param required whether to refuse a start without it; otherwise the daemon does without then
 */
public record ControlSettings(Path socket, boolean required) {
    /** The default path. */
    public static final Path USUAL = Path.of("/run/clamd-vproxy/control.sock");
}
