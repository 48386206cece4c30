package clamd.vproxy.supervisor.guests.usage;

import java.nio.file.Path;

/**
 * The settings of the state file, which keeps the guests' daily usage over a restart. Immutable.
 *
 * @param file its path
 * @param required whether the daemon refuses to start without it; otherwise usage is then kept in
 *     memory only
 */
public record UsageSettings(Path file, boolean required) {
    /** The default path. */
    public static final Path USUAL = Path.of("/var/lib/clamd-vproxy/usage.json");
}
