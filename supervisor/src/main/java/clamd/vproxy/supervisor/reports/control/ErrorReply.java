package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.Nullable;

/**
 * The reply to a request that came to nothing, and what every reply has in common. Immutable.
 *
 * @param ok whether the command was carried out
 * @param error why not, on one line; null if it was
 */
public record ErrorReply(boolean ok, @Nullable String error) {
    static ErrorReply because(String error) {
        return new ErrorReply(false, error);
    }
}
