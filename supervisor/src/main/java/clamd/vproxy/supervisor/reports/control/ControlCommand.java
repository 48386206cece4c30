package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.supervisor.base.json.Json;
import java.util.function.Supplier;

/**
 * A command of the control socket. Immutable.
 *
 * @param name the command's name in a request
 * @param changes whether it makes changes, for which not every user has the right
 * @param request the class of its requests, whose components are the keys allowed
 * @param action carries it out
 */
public record ControlCommand<R extends ControlRequest>(
        String name, boolean changes, Class<R> request, Action<R> action) {

    /** Carries out a request, on the thread of the connection. */
    @FunctionalInterface
    public interface Action<R> {
        /**
         * Carries out a request.
         *
         * @return the reply, a record to be written as JSON with {@code ok} and, if that is false,
         *     {@code error}
         * @throws ControlException if it fails
         */
        Object carryOut(R request) throws ControlException;
    }

    /** Returns a command that needs nothing but its name. */
    public static ControlCommand<ControlRequest.Plain> plain(
            String name, boolean changes, Supplier<?> action) {
        return new ControlCommand<>(name, changes, ControlRequest.Plain.class, _ -> action.get());
    }

    /** Parses a request, and refuses unknown keys. */
    R read(String line) throws ControlException {
        try {
            return Json.readStrictly(line, request);
        } catch (IllegalArgumentException e) {
            throw new ControlException("not a request: " + e.getMessage());
        }
    }
}
