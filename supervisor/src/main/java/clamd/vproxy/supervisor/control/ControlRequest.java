package clamd.vproxy.supervisor.control;

import org.jspecify.annotations.Nullable;

/**
 * One line from a client. Immutable.
 *
 * @param command the name of a {@link ControlCommand}
 */
record ControlRequest(@Nullable String command) {}
