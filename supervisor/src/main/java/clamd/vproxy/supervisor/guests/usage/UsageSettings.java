package clamd.vproxy.supervisor.guests.usage;

import java.nio.file.Path;

/**
 * Where what guests use in a day is kept over a restart. Immutable.
 *
 * @param file its path
 * @param required whether to refuse a start without it; otherwise it is kept in memory alone then
 */
public record UsageSettings(Path file, boolean required) {
    /** The default path. */
    public static final Path USUAL = Path.of("/var/lib/clamd-vproxy/usage.json");
}
