package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.guests.usage.UsagePlace;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the daemon keeps over a restart. */
public final class StateOptions {
    @Option(
            names = "--state-file",
            paramLabel = "FILE",
            description =
                    "File that keeps over a restart what each guest has used today"
                            + " (default: /var/lib/clamd-vproxy/usage.json, may be unusable).")
    private @Nullable Path file;

    /** Only a place that was named must be had. */
    public UsagePlace place() {
        return file != null ? new UsagePlace(file, true) : new UsagePlace(UsagePlace.USUAL, false);
    }
}
