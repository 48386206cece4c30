package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.guests.usage.UsageSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the state that the daemon keeps across a restart. */
public final class StateOptions {
    @Option(
            names = "--state-file",
            paramLabel = "FILE",
            description =
                    "File that keeps over a restart what each guest has used today"
                            + " (default: /var/lib/clamd-vproxy/usage.json, may be unusable).")
    private @Nullable Path file;

    /** Returns the settings; a file that was named is required. */
    public UsageSettings settings() {
        return file != null
                ? new UsageSettings(file, true)
                : new UsageSettings(UsageSettings.USUAL, false);
    }
}
