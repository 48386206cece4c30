package clamd.vproxy.supervisor.control;

import java.util.function.Supplier;

/**
 * Something that the daemon can be asked for. Immutable.
 *
 * @param name what a request calls it
 * @param changes whether it changes something, which not everybody may
 * @param action does it and gives the reply, a record to be written as JSON with {@code ok} and, if
 *     that is false, {@code error}; on the thread of the connection
 */
public record ControlCommand(String name, boolean changes, Supplier<?> action) {}
