package clamd.vproxy.supervisor.reports.control;

/**
 * The reply to {@code kill}. Immutable.
 *
 * @param killed how many sessions were told to end; they do so within moments
 */
public record KillReply(boolean ok, int killed) {}
