package clamd.vproxy.supervisor.reports.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply to {@code policy reload}. Immutable.
 *
 * @param ok whether the file as it is now is in force
 * @param error that it is wrong; null if it is not
 * @param file the policy file
 * @param revision what is in force
 * @param loadedAt since when, ISO 8601 in UTC
 * @param reloaded whether it is in force because of this request; else it was already
 * @param guests how many guests ran when it came into force
 * @param changes what it changed for whom, a line each
 * @param problems all that is wrong with the file, a line each
 */
public record ReloadReply(
        boolean ok,
        @Nullable String error,
        String file,
        String revision,
        String loadedAt,
        boolean reloaded,
        int guests,
        List<String> changes,
        List<String> problems) {}
