package clamd.vproxy.supervisor.reports.control;

import java.nio.file.Path;

/**
 * Where the control socket is. Immutable.
 *
 * @param socket its path
 * @param required whether to refuse a start without it; otherwise the daemon does without then
 */
public record ControlPlace(Path socket, boolean required) {
    /** Where it is unless somebody names another place. */
    public static final Path USUAL = Path.of("/run/clamd-vproxy/control.sock");
}
