package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.supervisor.base.json.Json;
import java.util.function.Supplier;

/**
 * Something that the daemon can be asked for. Immutable.
 *
 * @param name what a request calls it
 * @param changes whether it changes something, which not everybody may
 * @param request what a request is read as; its components are the keys that there may be
 * @param action does it
 */
public record ControlCommand<R extends ControlRequest>(
        String name, boolean changes, Class<R> request, Action<R> action) {

    /** Does what a request asks for, on the thread of the connection. */
    @FunctionalInterface
    public interface Action<R> {
        /**
         * Does it.
         *
         * @return the reply, a record to be written as JSON with {@code ok} and, if that is false,
         *     {@code error}
         * @throws ControlException if it fails
         */
        Object carryOut(R request) throws ControlException;
    }

    /** One that needs nothing but its name. */
    public static ControlCommand<ControlRequest.Plain> plain(
            String name, boolean changes, Supplier<?> action) {
        return new ControlCommand<>(name, changes, ControlRequest.Plain.class, _ -> action.get());
    }

    /** Reads a request, in which nothing may stand that it does not know. */
    R read(String line) throws ControlException {
        try {
            return Json.readStrictly(line, request);
        } catch (IllegalArgumentException e) {
            throw new ControlException("not a request: " + e.getMessage());
        }
    }
}
