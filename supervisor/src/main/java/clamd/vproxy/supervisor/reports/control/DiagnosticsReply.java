package clamd.vproxy.supervisor.reports.control;

import java.util.Map;

/**
 * The reply to {@code diagnostics}: what the daemon knows of itself, for a support bundle.
 * Immutable.
 *
 * @param files texts by the names of the files that they belong into
 */
public record DiagnosticsReply(boolean ok, Map<String, String> files) {}
